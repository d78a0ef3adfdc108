"""A later audit against a saved one: every account is told of once, and nobody is said to have joined or left on a guess."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from audit_values import HEADER, IDS, NOTHING, NOW, account, later, rows
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.audit import INTERRUPTED, AuditOutcome, AuditRow, RootReading
from rootwarden.model.audit_change import Change, Difference
from rootwarden.model.credentials import (
    PRESENT,
    AccessKey,
    ItemStatus,
    LastUse,
    MfaDevice,
    RootCredentials,
)
from rootwarden.model.reason import local
from rootwarden.operations.audit.diff import Comparison
from rootwarden.operations.audit.judge import judged, skipped, unreachable
from rootwarden.operations.audit.saved import SavedAudit, SelectionWords

some_rows = st.lists(rows(), max_size=6, unique_by=lambda row: row.account.id)


def saved(*found: AuditRow, complete: bool = True, **words: Any) -> SavedAudit:
    selection = SelectionWords(**(words or {"everything": True}))
    header = dataclasses.replace(HEADER, selection=selection)
    return SavedAudit("old.jsonl", header, {row.account.id: row for row in found}, NOW if complete else None)


@given(some_rows, some_rows, st.sets(st.sampled_from(IDS)), st.booleans())
def test_every_account_is_counted_once(
    old: list[AuditRow], new: list[AuditRow], present: set[Any], complete: bool
) -> None:
    comparison = Comparison(saved(*old, complete=complete))
    found = [one for row in new if (one := comparison.see(row))]
    found += comparison.left({row.account.id for row in new} | present)
    everybody = {row.account.id for row in (*old, *new)}
    assert sum(comparison.summary.values()) == len(everybody)
    assert len({one.account for one in found}) == len(found)
    for change in Change:
        assert comparison.summary[change.value] == sum(1 for one in found if one.change is change)
    before = {row.account.id: row for row in old}
    after = {row.account.id: row for row in new}
    for one in found:
        assert (one.change is Change.LEFT) == (one.after is None)
        assert (one.change is Change.JOINED) == (one.before is None)
        if one.change is Change.LEFT:
            assert one.account not in present | after.keys()
        if one.change is Change.JOINED:
            assert complete
            assert one.account not in before


@given(some_rows)
def test_an_audit_does_not_differ_from_itself(found: list[AuditRow]) -> None:
    comparison = Comparison(saved(*found))
    assert [comparison.see(row) for row in found] == [None] * len(found)
    assert comparison.left(set()) == ()
    assert comparison.summary["unchanged"] == len(found)


@given(rows(0), rows(0))
def test_what_is_exposed_or_lost_now_is_always_told(old: AuditRow, new: AuditRow) -> None:
    found = Comparison(saved(old)).see(new)
    if new.outcome is AuditOutcome.EXPOSED and old.outcome is not AuditOutcome.EXPOSED:
        assert found is not None
        assert found.change is Change.NEWLY_EXPOSED
    if new.outcome is AuditOutcome.UNREACHABLE and old.outcome is not AuditOutcome.UNREACHABLE:
        assert found is not None
        assert found.change in {Change.NO_LONGER_READABLE, Change.CHANGED}
    if found is None:
        assert old.outcome is new.outcome


def keyed(*keys: AccessKey, **more: Any) -> AuditRow:
    return judged(account(), RootReading(RootCredentials(False, keys, (), (), **more)))


def key(name: str, status: ItemStatus = ItemStatus.ACTIVE, used: Any = None) -> AccessKey:
    return AccessKey(name, status, NOW, used)


CLEAN = judged(account(), RootReading(NOTHING))
PASSWORD = judged(account(), RootReading(RootCredentials(True, (), (), ())))
SUMMARY = judged(account(), RootReading(RootCredentials(False, PRESENT, (), ())))
LOST = unreachable(account(), local("x", "y"))
NEVER, TODAY, NOW_USED = LastUse(None), LastUse(NOW), LastUse(later())


@pytest.mark.parametrize(
    ("old", "new", "change", "what"),
    [
        (CLEAN, PASSWORD, "newly_exposed", ("password added",)),
        (LOST, PASSWORD, "newly_exposed", ()),
        (PASSWORD, CLEAN, "newly_clean", ("password gone",)),
        (LOST, CLEAN, "changed", ()),
        (CLEAN, LOST, "no_longer_readable", ()),
        (skipped(account(), local("x", "y")), LOST, "changed", ()),
        (PASSWORD, skipped(account(), local("x", "y")), "changed", ()),
        (keyed(key("A")), keyed(key("A"), key("B")), "changed", ("access-keys:B added",)),
        (keyed(key("A"), key("B")), keyed(key("A")), "changed", ("access-keys:B gone",)),
        (
            keyed(key("A")),
            keyed(key("A", ItemStatus.INACTIVE)),
            "changed",
            ("access-keys:A Active to Inactive",),
        ),
        (keyed(key("A", used=NEVER)), keyed(key("A", used=TODAY)), "changed", ("access-keys:A used",)),
        (keyed(key("A", used=TODAY)), keyed(key("A", used=NOW_USED)), "changed", ("access-keys:A used",)),
        (keyed(key("A", used=TODAY)), keyed(key("A", used=TODAY)), None, ()),
        (keyed(key("A")), keyed(key("A", used=TODAY)), None, ()),
        (SUMMARY, keyed(key("A")), None, ()),
        (SUMMARY, CLEAN, "newly_clean", ("access-keys gone",)),
        (
            judged(account(), RootReading(RootCredentials(True, (), (), (), password_last_use=NEVER))),
            judged(account(), RootReading(RootCredentials(True, (), (), (), password_last_use=TODAY))),
            "changed",
            ("password used",),
        ),
        (
            judged(account(), RootReading(RootCredentials(False, (), (), (MfaDevice("GAKT1"),)))),
            judged(account(), RootReading(RootCredentials(False, (), (), (MfaDevice("GAKT2"),)))),
            "changed",
            ("mfa-devices:GAKT2 added", "mfa-devices:GAKT1 gone"),
        ),
    ],
)
def test_what_changed(old: AuditRow, new: AuditRow, change: str | None, what: tuple[str, ...]) -> None:
    found = Comparison(saved(old)).see(new)
    assert (found.change if found else None, found.what if found else ()) == (change, what)


@pytest.mark.parametrize(
    ("old", "joined"),
    [
        (saved(), True),
        (saved(complete=False), False),
        (saved(everything=True, exclude=("/Sandbox",)), False),
        (saved(accounts=("Shop",)), False),
    ],
)
def test_joined_only_where_the_earlier_audit_told_of_all(old: SavedAudit, joined: bool) -> None:
    comparison = Comparison(old)
    found = comparison.see(PASSWORD)
    expected = Difference(IDS[0], "Shop", Change.JOINED, None, AuditOutcome.EXPOSED)
    assert found == (expected if joined else None)
    assert comparison.summary["not_compared"] == (0 if joined else 1)


def test_left_only_where_the_organization_was_listed() -> None:
    assert [one.change for one in Comparison(saved(PASSWORD)).left(set())] == [Change.LEFT]
    for present in (None, {IDS[0]}):
        comparison = Comparison(saved(PASSWORD))
        assert comparison.left(present) == ()
        assert comparison.summary["not_compared"] == 1


def test_what_ctrl_c_left_out_is_not_compared() -> None:
    """It says nothing about an account that it was not come to, in the one audit or the other."""
    read = judged(account(), RootReading(RootCredentials(True, (), (), ())))
    left_out = unreachable(account(), INTERRUPTED)
    for before, after in ((read, left_out), (left_out, read), (left_out, left_out)):
        comparison = Comparison(saved(before))
        assert comparison.see(after) is None
        assert {name: count for name, count in comparison.summary.items() if count} == {"not_compared": 1}
