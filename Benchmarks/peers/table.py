"""Prints figures of Signet and of a peer side by side with their ratio, and as rows of a Markdown table.

usage: table.py SIGNET.json PEER.json 'SIGNET NAME=PEER NAME' …"""

import json
import sys

signet = {m["name"]: m for m in json.load(open(sys.argv[1]))["measurements"]}
peer = json.load(open(sys.argv[2]))
print("| Signet | figure | peer | figure | ratio |\n|---|---|---|---|---|")
for pair in sys.argv[3:]:
    ours, theirs = pair.split("=")
    if ours not in signet or theirs not in peer:
        missing = ours if ours not in signet else theirs
        sys.exit(f"error: {missing}: expected a figure of this name, found none")
    ours_value, theirs_value = signet[ours]["value"], peer[theirs]["value"]
    if signet[ours]["unit"] == "GiB" and peer[theirs]["unit"] == "GB":
        theirs_value /= 2**30 / 1e9
    unit = signet[ours]["unit"]
    # Memory and time are better when smaller.
    ratio = ours_value / theirs_value if "/s" in unit else theirs_value / ours_value
    print(f"| {ours} | {ours_value:.4g} {unit} | {theirs} | {theirs_value:.4g} {unit} | {ratio:.2f}× better |")
