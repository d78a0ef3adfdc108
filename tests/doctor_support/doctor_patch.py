"""Applying the changes that doctor proposes, as a reader would."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from rootwarden.model.diagnosis import PolicyChange
from rootwarden.model.reading import Seen
from rootwarden.operations.doctor.evidence import Evidence
from rootwarden.policy import parse_policy


def applied(world: Evidence, changes: Iterable[PolicyChange]) -> Evidence:
    """The organization and its caller after somebody applied each diff, one after the other."""
    documents = dict(world.policies.documents)
    identity, boundary = world.caller.identity, world.caller.boundary
    own = dict(identity.value) if isinstance(identity, Seen) else {}
    limit = boundary.value if isinstance(boundary, Seen) else None
    for one in changes:
        before: Any = None
        if one.policy_id in documents:
            found = documents[one.policy_id]
            assert isinstance(found, Seen)
            before = json.loads(found.value)
        elif limit is not None and limit[0] == one.policy:
            before = limit[1]
        else:
            before = own.get(one.policy)
        text = patched(before, one.diff)
        assert json.loads(text) == json.loads(one.content)
        if one.policy_id in documents:
            documents[one.policy_id] = Seen(text)
        elif limit is not None and limit[0] == one.policy:
            limit = (one.policy, text)
        else:
            own[one.policy] = text
    caller = world.caller
    if isinstance(identity, Seen):
        caller = dataclasses.replace(caller, identity=Seen(tuple(own.items())))
    if isinstance(boundary, Seen):
        caller = dataclasses.replace(caller, boundary=Seen(limit))
    policies = dataclasses.replace(world.policies, documents=documents)
    return dataclasses.replace(world, policies=policies, caller=caller)


def patched(before: Any, diff: str) -> str:
    """A document after a unified diff was applied to it; before is None where there was none."""
    lines = [] if before is None else json.dumps(before, indent=2, ensure_ascii=False).split("\n")
    done: list[str] = []
    at = 0
    for line in diff.rstrip("\n").split("\n")[2:]:
        if line.startswith("@@"):
            start = max(int(line.split()[1].split(",")[0][1:]) - 1, 0)
            done += lines[at:start]
            at = start
        elif line.startswith("+"):
            done.append(line[1:])
        else:
            assert lines[at] == line[1:], "the diff does not fit the document"
            done += [] if line.startswith("-") else [lines[at]]
            at += 1
    result = "\n".join([*done, *lines[at:]])
    parse_policy(result)
    return result
