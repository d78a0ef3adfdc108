"""Policies for detection: reading the trail's bucket and event histories, and asking Athena instead.

Their actions come from the table of permissions.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.ids import AccountId
from rootwarden.model.permissions import COMMANDS
from rootwarden.model.tasks import RootTask
from rootwarden.policy.decision import Answer
from rootwarden.policy.guardrails.asks import STRANGER, Asks
from rootwarden.policy.guardrails.claims import Case, Claim, Decides, Fits, OnlyThese
from rootwarden.policy.guardrails.guardrail import Guardrail, Home, Kind, Paper, Part, document, statement
from rootwarden.policy.guardrails.member_roles import (
    ASSUME_ROLE,
    claims_of_members,
    looks_into_members,
    member_roles,
)
from rootwarden.policy.guardrails.table_actions import reads_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.policy.guardrails.parameters import Parameters

_COMMANDS: Final = ("detect run", "detect athena")
_TABLE: Final = tuple(dict.fromkeys(one for name in _COMMANDS for one in COMMANDS[name].optional))
_ATHENA: Final = tuple(one for one in _TABLE if one.startswith(("athena:", "glue:")))
_LOOKS: Final = tuple(one for one in reads_of(_COMMANDS) if one not in _ATHENA)
_OF_TRAIL: Final = tuple(one for one in _TABLE if one in {"s3:ListBucket", "s3:GetObject"})
_OF_RESULTS: Final = tuple(one for one in _TABLE if one.startswith("s3:"))
_DECRYPT: Final = "kms:Decrypt"
_MEMBER: Final = AccountId("123456789012")


def _detect(given: Parameters, *, athena: bool) -> tuple[Part, ...]:
    trail, objects = _places(given, given.bucket, given.prefix)
    made = [statement("LookIntoHistories", "Allow", _LOOKS, "*"), *_on("Trail", _OF_TRAIL, trail, objects)]
    made += looks_into_members(given)
    allowed, where = {*_LOOKS, *_OF_TRAIL}, ["*", trail, objects, *member_roles(given)]
    if given.member_role:
        allowed.add(ASSUME_ROLE)
    if given.key:
        made.append(statement("DecryptTheTrail", "Allow", _DECRYPT, given.key))
        allowed.add(_DECRYPT)
        where.append(given.key)
    if athena:
        results, files = _places(given, given.results, "")
        made += [statement("AskAthena", "Allow", _ATHENA, "*"), *_on("Results", _OF_RESULTS, results, files)]
        allowed |= {*_ATHENA, *_OF_RESULTS}
        where += [results, files]
    name = "RootwardenDetectWithAthena" if athena else "RootwardenDetect"
    paper = Paper(name, Kind.IDENTITY, document(*made))
    only = OnlyThese(frozenset(allowed), where=tuple(where))
    return (Part((paper,), (*_claims(given, athena=athena), only, Fits())),)


def _places(given: Parameters, bucket: str | None, prefix: str) -> tuple[str, str]:
    """The ARNs of a bucket and of what lies in it."""
    arn = f"arn:{given.partition}:s3:::{bucket}"
    stem = prefix.strip("/")
    return arn, f"{arn}/{stem}/*" if stem else f"{arn}/*"


def _on(what: str, actions: tuple[str, ...], bucket: str, objects: str) -> Iterator[dict[str, Any]]:
    of_bucket = tuple(one for one in actions if "Bucket" in one)
    yield statement(f"Find{what}", "Allow", of_bucket, bucket)
    yield statement(f"Use{what}", "Allow", tuple(one for one in actions if one not in of_bucket), objects)


def _claims(given: Parameters, *, athena: bool) -> Iterator[Claim]:
    asks = Asks(given.partition)
    me = asks.role(given.delegate or STRANGER, "RootwardenDetector")

    def calls(actions: tuple[str, ...], bucket: str = "*", objects: str = "") -> tuple[Case, ...]:
        where = {action: bucket if "Bucket" in action or not objects else objects for action in actions}
        return tuple(Case(asks.by(me, action, place.replace("/*", "/x"))) for action, place in where.items())

    trail, objects = _places(given, given.bucket, given.prefix)
    yield Decides("it looks into histories and the organization", Answer.ALLOW, calls(_LOOKS))
    yield Decides("it reads the trail", Answer.ALLOW, calls(_OF_TRAIL, trail, objects))
    changes = ("s3:PutObject", "s3:DeleteObject", "s3:PutObjectAcl")
    yield Decides("it changes nothing in the trail", Answer.DENY, calls(changes, trail, objects))
    others = (f"{trail}-of-others", f"{trail}-of-others/*")
    yield Decides("no other bucket is open to it", Answer.DENY, calls(_OF_RESULTS, *others))
    yield Decides(
        "it opens no root session",
        Answer.DENY,
        tuple(Case(asks.open(me, one, _MEMBER, {})) for one in RootTask),
    )
    yield from claims_of_members(given, me)
    if given.key:
        yield Decides("it decrypts with the trail's key", Answer.ALLOW, calls((_DECRYPT,), given.key))
        yield Decides("and with no other", Answer.DENY, calls((_DECRYPT,), f"{given.key}-of-others"))
    if athena:
        yield Decides("it asks Athena", Answer.ALLOW, calls(_ATHENA))
        yield Decides(
            "it writes and reads results",
            Answer.ALLOW,
            calls(_OF_RESULTS, *_places(given, given.results, "")),
        )


_BREAKS: Final = "Nothing: it only grants. The role of member accounts has to trust its holder, and the key's own policy has to let the account decide."
DETECTION_POLICIES: Final = (
    Guardrail(
        name="detect",
        protects="Lets its holder run detection over one trail's bucket and event histories, and change nothing.",
        belongs="A role of the account that reads the organization trail.",
        breaks=_BREAKS,
        kinds=(Kind.IDENTITY,),
        takes=("bucket", "prefix", "key", "member_role"),
        needs=("bucket",),
        home=Home.ANY,
        make=partial(_detect, athena=False),
    ),
    Guardrail(
        name="detect-athena",
        protects="The same by way of Athena, which writes its results to a bucket of their own.",
        belongs="A role of the account whose Athena has the table over the trail.",
        breaks=f"{_BREAKS} It may run any query in any workgroup of its account, over what it may read.",
        kinds=(Kind.IDENTITY,),
        takes=("bucket", "prefix", "results", "key", "member_role"),
        needs=("bucket", "results"),
        home=Home.ANY,
        make=partial(_detect, athena=True),
    ),
)
"""The policies of detection in the catalogue."""
