"""What detection learns from a ledger."""

from __future__ import annotations

from ledger_values import IDENTITY, NOW, chain, draft

from rootwarden.app.detect_known import known_of
from rootwarden.ledger.entry import Kind
from rootwarden.model.ids import AccountId
from rootwarden.model.tasks import RootTask

SHOP, TEAM = AccountId("333333333333"), AccountId("444444444444")
CALLER = "arn:aws:iam::222222222222:user/alice"


def test_a_run_is_an_intent_with_all_its_outcomes() -> None:
    said = {"operation": "remove apply", "caller_arn": CALLER, "accounts": [SHOP], "task": "delete, audit"}
    entries = chain(
        draft(1, Kind.INTENT, reason="cleaning up", ticket="SEC-1", plan_hash="ab" * 32, **said),
        draft(2, Kind.INTENT, operation="audit", caller_arn=CALLER, accounts=[TEAM], task="audit"),
        draft(
            3,
            Kind.OUTCOME,
            "entry-00000001",
            result=[
                {
                    "outcome": "removed",
                    "account": SHOP,
                    "access_key_id": "ASIAONE",
                    "request_ids": ["r-1", "r-2"],
                }
            ],
        ),
        draft(
            4,
            Kind.OUTCOME,
            "entry-00000001",
            result=[{"outcome": "verified_clean", "account": SHOP, "access_key_id": "ASIATWO"}],
        ),
    )
    known, count = known_of(entries)
    first, second = known.runs
    assert count == len(entries)
    assert (first.operation, first.caller, first.reason, first.ticket) == (
        "remove apply",
        CALLER,
        "cleaning up",
        "SEC-1",
    )
    assert first.tasks == (RootTask.DELETE, RootTask.AUDIT)
    assert (first.began, first.ended) == (entries[0].time, entries[3].time)
    assert first.access_keys == {"ASIAONE": SHOP, "ASIATWO": SHOP}
    assert first.request_ids == {"r-1", "r-2"}
    assert (second.ended, second.reason) == (None, None)
    assert set(second.accounts) == {TEAM}


def test_what_a_newer_version_wrote_is_passed_over() -> None:
    entries = chain(
        draft(1, Kind.INTENT, operation="something new", task="dance", accounts=[SHOP]),
        draft(2, Kind.NOTE, operation="a new note"),
        draft(3, Kind.OUTCOME, "entry-00000009", result=[]),
    )
    known, count = known_of(entries)
    assert count == len(entries)
    assert [(one.operation, one.tasks) for one in known.runs] == [("something new", ())]
    assert known.exceptions == ()


def test_exceptions_are_those_of_the_register() -> None:
    opening = draft(
        1,
        operation="exception opening",
        caller_arn=CALLER,
        accounts=[SHOP],
        reason="locked out",
        details={
            "exception_id": "e-12345678",
            "task": "restore-iam-permissions",
            "owner": "shop@example.com",
            "until": "2026-03-01T12:00:00.000000Z",
        },
    )
    known, _ = known_of(chain(opening))
    (one,) = known.exceptions
    assert (one.id, one.account, one.opened > NOW, IDENTITY.endpoint) == ("e-12345678", SHOP, True, "aws")
