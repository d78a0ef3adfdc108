"""Verifies an export as docs/ledger.md specifies it, with nothing but Python's standard library."""

import hashlib
import json
import sys


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def verify(data: bytes, organization_id: str, endpoint: str) -> tuple[int, str]:
    header, *lines = data.removesuffix(b"\n").split(b"\n")
    claim = json.loads(header)
    assert canonical(claim) == header, "the header is not canonical"
    assert claim["schema"] == "rootwarden/ledger-export/1", "the header has another schema"
    owner = {"organization_id": organization_id, "endpoint": endpoint}
    assert {key: claim[key] for key in owner} == owner, "the ledger of somebody else"
    previous = hashlib.sha256(canonical({**owner, "schema": "rootwarden/ledger-genesis/1"})).hexdigest()
    intents = set()
    for number, line in enumerate(lines, start=1):
        entry = json.loads(line)
        assert canonical(entry) == line, f"entry {number}: not canonical"
        assert entry["schema"] == "rootwarden/ledger-entry/1", f"entry {number}: another schema"
        stored = entry.pop("hash")
        assert hashlib.sha256(canonical(entry)).hexdigest() == stored, f"entry {number}: altered"
        assert entry["number"] == number, f"entry {number}: missing, moved or added"
        assert {key: entry["content"][key] for key in owner} == owner, f"entry {number}: somebody else's"
        assert entry["previous"] == previous, f"entry {number}: does not follow"
        assert entry["kind"] != "outcome" or entry["intent_id"] in intents, f"entry {number}: no intent"
        assert entry["kind"] != "intent" or entry["id"] not in intents, f"entry {number}: an intent twice"
        intents |= {entry["id"]} if entry["kind"] == "intent" else set()
        previous = stored
    assert (claim["number"], claim["hash"]) == (len(lines), previous), "the header says another head"
    return len(lines), previous


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as export:  # noqa: PTH123 - a program from elsewhere
        sys.stdout.write("entry {} hash {}\n".format(*verify(export.read(), *sys.argv[2:])))
