"""Waivers and open exceptions explain what they name while they last, and an account only when nothing is left unexplained."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from audit_values import IDS, NOTHING, NOW, account, later, rows
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.audit import AuditOutcome, AuditRow, RootReading
from rootwarden.model.credential_item import exposing_items
from rootwarden.model.credentials import PRESENT, AccessKey, ItemStatus, RootCredentials
from rootwarden.model.explanation import Standing
from rootwarden.model.reason import Reason, Source
from rootwarden.model.recovery_exception import RecoveryException
from rootwarden.model.waiver import Waiver
from rootwarden.operations.audit.explain import explanations_of
from rootwarden.operations.audit.judge import judged

ITEMS = ["password", "access-keys", "access-keys:AKIA1", "access-keys:AKIA2", "signing-certificates"]
waivers = st.builds(
    Waiver,
    id=st.sampled_from(["w-1", "w-2"]),
    account=st.sampled_from(IDS),
    items=st.lists(st.sampled_from(ITEMS), min_size=1, max_size=3).map(tuple),
    owner=st.just("Billing"),
    reason=st.just("tool"),
    ticket=st.none(),
    until=st.integers(-2, 2).map(later),
    added=st.just(NOW - timedelta(days=9)),
    ended=st.none() | st.just(NOW - timedelta(days=1)),
)
exceptions = st.builds(
    RecoveryException,
    id=st.just("e-1"),
    account=st.sampled_from(IDS),
    task=st.just("restore-admin-access"),
    owner=st.just("Platform"),
    reason=st.just("locked out"),
    ticket=st.none(),
    opened=st.just(NOW - timedelta(days=9)),
    until=st.integers(-2, 2).map(later),
    closed=st.none() | st.just(NOW - timedelta(hours=1)),
    known=st.lists(st.sampled_from(ITEMS), max_size=2).map(tuple),
    adopted=st.booleans(),
)


@given(rows(), st.lists(waivers, max_size=3), st.lists(exceptions, max_size=2))
def test_excepted_means_that_everything_seen_is_explained(
    row: AuditRow, waived: list[Waiver], opened: list[RecoveryException]
) -> None:
    """The law, against each exposing item by itself; nothing else about the row changes."""
    found = explanations_of(waived, opened).explain(row, NOW)
    mine = row.account.id
    current: list[Waiver | RecoveryException] = [one for one in waived if one.is_current(NOW)]
    current += [one for one in opened if one.is_open(NOW)]
    current = [one for one in current if one.account == mine]
    explained = all(any(one.covers(item) for one in current) for item in exposing_items(row.credentials))
    excepted = row.outcome is AuditOutcome.EXPOSED and explained and row.credentials.all_read
    assert found.outcome is (AuditOutcome.EXCEPTED if excepted else row.outcome)
    assert (found.credentials, found.problems, found.account) == (row.credentials, row.problems, row.account)
    assert found.reason == row.reason or row.reason is None
    if excepted and row.reason is None:
        assert found.reason is not None
        for one in found.explanations:
            assert {one.id, one.owner} <= set(found.reason.text.replace("(", " ").split())
    in_force = {one.id for one in current}
    assert {one.id for one in found.explanations if one.standing is Standing.OPEN} <= in_force
    if not current:
        assert found.outcome is row.outcome


def waiver(*items: str, hours: float = 1, name: str = "w-1") -> Waiver:
    return Waiver(name, IDS[0], items, "Billing", "tool", None, later(hours), NOW)


def exception(hours: float = 1, known: tuple[str, ...] = ()) -> RecoveryException:
    return RecoveryException(
        "e-1", IDS[0], "tax-invoice", "Platform", "r", None, NOW, later(hours), known=known
    )


KEYS = (AccessKey("AKIA1", ItemStatus.ACTIVE), AccessKey("AKIA2", ItemStatus.INACTIVE))
BOTH = RootCredentials(True, KEYS, (), ())
WAIVER = "waiver w-1 of Billing until 2026-03-01T10:30:00Z (tool)"
EXCEPTION = "exception e-1 of Platform until 2026-03-01T10:30:00Z (tax-invoice)"


@pytest.mark.parametrize(
    ("seen", "given", "outcome", "code", "text"),
    [
        (
            BOTH,
            [waiver("password", "access-keys:AKIA1")],
            "excepted",
            "excepted",
            WAIVER,
        ),
        (
            BOTH,
            [waiver("password"), exception(known=("password:login-profile",))],
            "excepted",
            "excepted",
            f"{EXCEPTION}; {WAIVER}",
        ),
        (
            BOTH,
            [waiver("password")],
            "exposed",
            "partly_excepted",
            f"nothing explains access-keys:AKIA1; {WAIVER}",
        ),
        (
            BOTH,
            [waiver("password", "access-keys", hours=0)],
            "exposed",
            "waiver_expired",
            "waiver w-1 of Billing explains nothing since it expired at 2026-03-01T09:30:00Z (tool)",
        ),
        (
            BOTH,
            [exception(hours=-1)],
            "exposed",
            "exception_overdue",
            "exception e-1 of Platform explains nothing since it is overdue, from 2026-03-01T08:30:00Z (tax-invoice)",
        ),
        (RootCredentials(False, PRESENT, (), ()), [waiver("access-keys")], "excepted", "excepted", None),
        (
            RootCredentials(False, PRESENT, (), ()),
            [waiver("access-keys:AKIA1")],
            "exposed",
            None,
            None,
        ),
        (
            RootCredentials(True, (), None, ()),
            [waiver("password")],
            "exposed",
            "partly_read",
            f"not wholly read, so something may be unexplained; {WAIVER}",
        ),
        (RootCredentials(False, KEYS[1:], (), ()), [waiver("access-keys")], "leftover", None, None),
        (NOTHING, [waiver("password"), exception()], "clean", None, None),
    ],
)
def test_what_is_said(
    seen: RootCredentials,
    given: list[Waiver | RecoveryException],
    outcome: str,
    code: str | None,
    text: str | None,
) -> None:
    waived = [one for one in given if isinstance(one, Waiver)]
    opened = [one for one in given if isinstance(one, RecoveryException)]
    row = explanations_of(waived, opened).explain(judged(account(), RootReading(seen)), NOW)
    assert row.outcome == outcome
    assert (row.reason.code if row.reason else None) == code
    assert text is None or (row.reason is not None and row.reason.text == text)


def test_a_read_that_failed_keeps_awss_words() -> None:
    """The reason stays AWS's, and what explains the account stands beside it."""
    denied = Reason(Source.AWS, "AccessDenied", "No.")
    row = judged(account(), RootReading(dataclasses.replace(BOTH, access_keys=()), problems=(denied,)))
    found = explanations_of([waiver("password")], []).explain(row, NOW)
    assert (found.outcome, found.reason, found.incomplete) == (AuditOutcome.EXCEPTED, denied, True)
    assert [one.id for one in found.explanations] == ["w-1"]
