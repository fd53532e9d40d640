"""Reads error pages, one JSON object a line, and prints what is wrong with them.

In:  {"name": str, "type": "html" or "xml", "text": str}
Out: a line for each page that does not parse without an error.
"""

import json
import sys
from xml.etree import ElementTree

import html5lib

for line in sys.stdin:
    page = json.loads(line)
    try:
        if page["type"] == "html":
            html5lib.HTMLParser(strict=True).parse(page["text"])
        else:
            root = ElementTree.fromstring(page["text"])
            assert root.tag == "{urn:ietf:rfc:7807}problem", root.tag
    except Exception as error:
        print(page["name"], type(error).__name__, error)
