"""Laws of the audit's judgement and of removal plans, for every reading there can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.audit import Audit, AuditOutcome, RootReading
from rootwarden.model.canonical import plain
from rootwarden.model.credentials import (
    PRESENT,
    AccessKey,
    CredentialKind,
    ItemStatus,
    LastUse,
    MfaDevice,
    RootCredentials,
    SigningCertificate,
)
from rootwarden.model.ids import AccountId
from rootwarden.model.organization import Account, AccountState
from rootwarden.model.reason import Reason, Source, local
from rootwarden.operations.audit.judge import judged, skip_reason, skipped
from rootwarden.operations.removal.gate import Overrides, names_of
from rootwarden.operations.removal.items import items_of
from rootwarden.operations.removal.plan import Wishes, plan_removal
from rootwarden.operations.removal.plan_file import from_text, hash_of, to_text

MANAGEMENT = AccountId("111111111111")
NOW = datetime(2026, 10, 2, tzinfo=UTC)
TIMES = st.none() | st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
IDS = st.text(min_size=1, max_size=12)
USES = st.none() | st.builds(LastUse, TIMES)
KEYS = st.builds(AccessKey, IDS, st.sampled_from(ItemStatus), TIMES, USES)
CERTIFICATES = st.builds(SigningCertificate, IDS, st.sampled_from(ItemStatus), TIMES)
DEVICES = st.builds(MfaDevice, IDS, TIMES)


def some(of: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Not read, known to be there, or a list."""
    return st.none() | st.just(PRESENT) | st.lists(of, max_size=3).map(tuple)


CREDENTIALS = st.builds(
    RootCredentials,
    password=st.none() | st.booleans(),
    access_keys=some(KEYS),
    signing_certificates=some(CERTIFICATES),
    mfa_devices=some(DEVICES),
    password_created=TIMES,
    password_last_use=USES,
)
PROBLEMS = st.lists(st.builds(Reason, st.sampled_from(Source), IDS, IDS), max_size=2).map(tuple)
READINGS = st.builds(RootReading, CREDENTIALS, problems=PROBLEMS)
ACCOUNTS = st.builds(
    Account,
    st.from_regex(r"[0-9]{12}", fullmatch=True).map(AccountId),
    st.text(max_size=20),
    st.just("a@example.com"),
    st.sampled_from(AccountState),
    ou_path=st.none() | st.just("/Workloads"),
)
ROWS = st.builds(judged, ACCOUNTS, READINGS)
AUDITS = st.builds(
    Audit,
    st.just("o-exampleorg1"),
    st.just("aws"),
    st.just(datetime(2026, 10, 1, tzinfo=UTC)),
    st.lists(ROWS, max_size=4, unique_by=lambda row: row.account.id).map(tuple),
)
KINDS = st.frozensets(st.sampled_from(CredentialKind))
KIND_NAMES = ("password", "access_keys", "signing_certificates", "mfa_devices")


@given(ACCOUNTS, READINGS)
def test_only_what_was_wholly_read_is_clean(account: Account, reading: RootReading) -> None:
    """Clean means: four kinds read, none there, no read failed."""
    row = judged(account, reading)
    seen = reading.credentials
    if row.outcome is AuditOutcome.CLEAN:
        assert not reading.problems
        assert seen.password is False
        assert (seen.access_keys, seen.signing_certificates, seen.mfa_devices) == ((), (), ())


@given(ACCOUNTS, READINGS)
def test_what_can_sign_in_is_always_exposed(account: Account, reading: RootReading) -> None:
    """Whatever else failed: something seen that can sign in decides."""
    seen = reading.credentials
    signs = seen.password is True
    for items in (seen.access_keys, seen.signing_certificates):
        if items is PRESENT:
            signs = True
        elif isinstance(items, tuple):
            signs |= any(one.status not in {ItemStatus.INACTIVE, ItemStatus.EXPIRED} for one in items)
    assert (judged(account, reading).outcome is AuditOutcome.EXPOSED) is signs


@given(ACCOUNTS, READINGS)
def test_what_is_missing_makes_the_row_incomplete(account: Account, reading: RootReading) -> None:
    """A row with anything unread is incomplete, and says why where it is not exposed anyway."""
    row = judged(account, reading)
    unread = any(getattr(reading.credentials, kind) is None for kind in KIND_NAMES)
    assert row.incomplete is (unread or bool(reading.problems))
    if row.outcome is AuditOutcome.UNREACHABLE:
        assert row.reason is not None
    if row.outcome is AuditOutcome.LEFTOVER:
        assert not row.incomplete


@given(AUDITS, KINDS)
def test_a_plan_holds_only_what_was_seen_and_chosen(audit: Audit, kinds: frozenset[CredentialKind]) -> None:
    """No account that was not wholly read, no kind that was not chosen, no item that was not seen, nothing twice."""
    plan = plan_removal(audit, Wishes(kinds), now=NOW)
    rows = {row.account.id: row for row in audit.rows}
    for one in plan.accounts:
        row = rows[one.account]
        assert row.wholly_read
        assert PRESENT not in (row.credentials.access_keys, row.credentials.signing_certificates)
        assert set(one.items) <= set(items_of(row.credentials))
        assert {item.kind for item in one.items} <= kinds
        assert one.items
    planned = {one.account for one in plan.accounts}
    left_out = {one.account for one in plan.left_out}
    assert not planned & left_out
    neither = set(rows) - planned - left_out
    assert all(rows[one].outcome is AuditOutcome.CLEAN for one in neither)


@given(AUDITS, KINDS)
def test_a_plan_never_bares_a_password(audit: Audit, kinds: frozenset[CredentialKind]) -> None:
    """MFA goes only where the password goes first, or where there is none."""
    rows = {row.account.id: row for row in audit.rows}
    for one in plan_removal(audit, Wishes(kinds), now=NOW).accounts:
        going = [item.kind for item in one.items]
        if CredentialKind.MFA_DEVICES in going and rows[one.account].credentials.password:
            assert going.index(CredentialKind.PASSWORD) < going.index(CredentialKind.MFA_DEVICES)
        assert going == sorted(going, key=list(CredentialKind).index)


@given(AUDITS, KINDS, st.integers(1, 40_000), st.booleans())
def test_what_was_used_lately_stays_unless_it_is_named(
    audit: Audit, kinds: frozenset[CredentialKind], days: int, named: bool
) -> None:
    """Nothing used within the days goes unless it is overridden, nor a key that can sign whose last use is unknown."""
    names = {
        name
        for row in audit.rows
        for item in items_of(row.credentials)
        for name in names_of(row.account.id, item)
    }
    wishes = Wishes(kinds, days, Overrides(frozenset(sorted(names)[::2] if named else ())))
    for one in plan_removal(audit, wishes, now=NOW).accounts:
        for item in one.items:
            if item.overridden:
                assert wishes.overrides.match(one.account, item)
                continue
            use = item.last_use
            assert use is None or use.when is None or NOW - use.when > timedelta(days=days)
            if item.kind is CredentialKind.ACCESS_KEYS and item.status not in {"Inactive", "Expired"}:
                assert use is not None


@given(AUDITS, KINDS, st.integers(0, 40_000))
def test_a_plan_accounts_for_every_item_seen(
    audit: Audit, kinds: frozenset[CredentialKind], days: int
) -> None:
    """What was seen either goes, or stays with a reason; accounts stand OU by OU."""
    plan = plan_removal(audit, Wishes(kinds, days), now=NOW)
    told = [(one.account, item.name) for one in plan.accounts for item in one.items]
    told += [(account, kept.item.name) for account, _, kept in plan.kept]
    seen = [(row.account.id, item.name) for row in audit.rows for item in items_of(row.credentials)]
    assert sorted(told) == sorted(seen)
    paths = [one.ou_path for one in plan.accounts]
    assert paths == sorted(paths, key=lambda path: (path is None, path or ""))


@given(AUDITS)
def test_a_plan_file_reads_back_as_the_same_plan(audit: Audit) -> None:
    """Writing and reading loses nothing, and the hash is the same."""
    plan = plan_removal(audit, Wishes(), now=NOW)
    read = from_text(to_text(plan), name="plan.json", stated_hash=hash_of(plan))
    assert read == plan
    assert hash_of(read) == hash_of(plan)


@given(ACCOUNTS, st.frozensets(st.sampled_from([AccountId("222222222222"), MANAGEMENT])))
def test_only_active_members_are_read(account: Account, excluded: frozenset[AccountId]) -> None:
    """The management account, excluded accounts and those in any other state always have a reason to be left alone."""
    reason = skip_reason(account, MANAGEMENT, dict.fromkeys(excluded, local("excluded", "told to")))
    must = account.state is not AccountState.ACTIVE or account.id in {MANAGEMENT, *excluded}
    assert (reason is not None) is must
    if reason:
        row = skipped(account, reason)
        assert (row.outcome, row.incomplete) == (AuditOutcome.SKIPPED, False)
        assert plain(row.credentials)["password"] is None
