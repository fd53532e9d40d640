"""Reads a log by the pattern that it was written by, and prints the sums of what it says.

access_log.py PATTERN FILE

A line that cannot be read is an error, and so is a value that cannot be read back.
"""

import collections
import json
import sys

from apachelogs import LogParser

pattern, path = sys.argv[1:]
sums = {"requests": 0, "bytes": 0}
by_status = collections.Counter()
by_agent = collections.Counter()
with open(path, encoding="ascii", newline="\n") as log:
    for entry in LogParser(pattern, encoding="iso-8859-1").parse_lines(log):
        agent = entry.headers_in["User-Agent"]
        sums["requests"] += 1
        sums["bytes"] += entry.bytes_sent
        by_status[entry.final_status] += 1
        by_agent["-" if agent is None else agent] += 1
print(json.dumps({**sums, "by_status": by_status, "by_agent": by_agent}))
