"""Reads answers, one JSON object a line, and prints what httplint says against them.

In:  {"name": str, "method": str, "status": int, "reason": str, "headers": [[str, str], ..], "body": base64, "trailers": [..]}
Out: a line for each note of level WARN or BAD: name, level, note id, summary.
"""

import base64
import json
import sys

from httplint import HttpResponseLinter
from httplint.note import levels


def is_known(answer, note):
    """What is no fault, or no fault of the answer."""
    name = type(note).__name__
    fields = dict(answer["headers"])
    is_multipart = fields.get("content-type", "").startswith("multipart/byteranges")
    return (
        # It says no more than that the status is an error.
        name.startswith("STATUS_")
        # Several parts have a Content-Range each, and the answer must have none: RFC 9110, section 15.3.7.2.
        or (name == "PARTIAL_WITHOUT_RANGE" and is_multipart)
        # A listing is written while it is sent: nothing names its state before.
        or (name == "FRESHNESS_NO_CACHE_NO_VALIDATOR" and "/files/bare/" in answer["name"])
    )


def latin(fields):
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]


for line in sys.stdin:
    answer = json.loads(line)
    has_no_content = answer["method"] == "HEAD" or answer["status"] == 304
    linter = HttpResponseLinter(no_content=has_no_content)
    linter.process_response_topline(
        b"HTTP/1.1", str(answer["status"]).encode(), answer["reason"].encode()
    )
    linter.process_headers(latin(answer["headers"]))
    if not has_no_content:
        linter.feed_content(base64.b64decode(answer["body"]))
    linter.finish_content(True, latin(answer["trailers"]))
    for note in linter.notes:
        if note.level in (levels.WARN, levels.BAD) and not is_known(answer, note):
            print(answer["name"], note.level.name, type(note).__name__, note.summary, sep="\t")
