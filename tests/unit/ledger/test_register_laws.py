"""Whatever order notes about waivers and exceptions come in, ends win, ids are unique, and what is over explains nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_values import IDENTITY, NOW, chain, draft

from rootwarden.errors import LedgerUnreadable
from rootwarden.ledger.canonical import Json
from rootwarden.ledger.entry import Draft, Entry, Kind, format_time
from rootwarden.ledger.exception_notes import (
    record_adopted,
    record_closed,
    record_closing,
    record_exempted,
    record_extended,
    record_opened,
    record_opening,
)
from rootwarden.ledger.grants import GrantRegister
from rootwarden.ledger.recorder import Recorder, RunContext
from rootwarden.ledger.recovery_exceptions import exceptions_in
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.ledger.store import entries
from rootwarden.ledger.waivers import record_waiver, record_waiver_end, waivers_in
from rootwarden.model.credential_item import ItemName, item_name
from rootwarden.model.credentials import CredentialKind
from rootwarden.model.ids import AccountId
from rootwarden.model.recovery_exception import ExceptionState, RecoveryException, TemporaryExemption

ACCOUNT = "111122223333"
IDS = st.sampled_from(["a1", "b2", "c3"])
MINUTES = st.integers(-5, 20)
WAIVER_WORDS = st.sampled_from(["waiver add", "waiver end"])
GRANT_WORDS = st.sampled_from(["grant add", "grant end", "waiver end"])
EXCEPTION_WORDS = st.sampled_from(
    [
        f"exception {word}"
        for word in ("opening", "opened", "adopted", "extended", "exempted", "closing", "closed")
    ]
)
KEY = ItemName(CredentialKind.ACCESS_KEYS, "AKIAIOSFODNN7EXAMPLE")


def note(number: int, operation: str, name: str, minutes: int, **more: Json) -> Draft:
    """A note that says all that any of them has to say, and something no version of today knows."""
    until = format_time(NOW + timedelta(minutes=minutes))
    details: dict[str, Json] = {
        "waiver_id": name,
        "exception_id": name,
        "grant_id": name,
        "items": ["access-keys"],
        "owner": f"owner {number}",
        "until": until,
        "task": "restore-admin-access",
        "how": "closed",
        "not_known_yet": {"to": ["this", "version"]},
        **more,
    }
    return draft(number, operation=operation, accounts=[ACCOUNT], reason="why", details=details)


Said = list[tuple[str, str, int]]


def entries_of(said: Said) -> list[Entry]:
    return chain(*(note(number, *one) for number, one in enumerate(said, start=1)))


@given(st.lists(st.tuples(WAIVER_WORDS, IDS, MINUTES)), MINUTES)
def test_the_laws_of_waivers(said: Said, later: int) -> None:
    found = waivers_in(entries_of(said))
    now = NOW + timedelta(minutes=later)
    added = [(name, number) for number, (word, name, _) in enumerate(said, 1) if word == "waiver add"]
    ended = {name for word, name, _ in said if word == "waiver end"}
    firsts = dict(reversed(added))
    assert len({one.id for one in found}) == len(found)
    assert {one.id: one.owner for one in found} == {
        name: f"owner {number}" for name, number in firsts.items()
    }
    assert {one.id for one in found if one.ended} == ended & firsts.keys()
    for one in found:
        minutes = said[firsts[one.id] - 1][2]
        assert one.is_current(now) == (one.id not in ended and later < minutes)
        assert not (one.is_current(now) and one.has_expired(now))


@given(st.lists(st.tuples(GRANT_WORDS, IDS, MINUTES)), MINUTES)
def test_the_laws_of_grants(said: Said, later: int) -> None:
    found = GrantRegister().take_all(entries_of(said))
    now = NOW + timedelta(minutes=later)
    ended = {name for word, name, _ in said if word == "grant end"}
    begun = [name for word, name, _ in said if word == "grant add"]
    firsts = {name: minutes for word, name, minutes in reversed(said) if word == "grant add"}
    assert [one.id for one in found] == list(dict.fromkeys(begun))
    for one in found:
        assert one.until == NOW + timedelta(minutes=firsts[one.id])
        assert (one.ended is not None) == (one.id in ended)
        assert one.is_current(now) == (one.id not in ended and later < firsts[one.id])


@given(st.lists(st.tuples(EXCEPTION_WORDS, IDS, MINUTES)), MINUTES)
def test_the_laws_of_exceptions(said: Said, later: int) -> None:
    found = exceptions_in(entries_of(said))
    now = NOW + timedelta(minutes=later)
    closed = {name for word, name, _ in said if word == "exception closed"}
    begun = {name for word, name, _ in said if word in {"exception opening", "exception adopted"}}
    assert [one.id for one in found] == list(dict.fromkeys(n for w, n, _ in said if w in BEGIN))
    assert {one.id for one in found} == begun
    assert {one.id for one in found if one.closed} == closed & begun
    for one in found:
        assert (one.state is ExceptionState.CLOSED) == (one.id in closed)
        assert not (one.is_open(now) and one.overdue(now))
        assert (one.is_open(now) or one.overdue(now)) == (one.id not in closed)
        if one.id not in closed:
            assert one.overdue(now) == (now >= one.until)
            assert one.until == NOW + timedelta(minutes=last_until(said, one.id))


BEGIN = {"exception opening", "exception adopted"}


def last_until(said: Said, name: str) -> int:
    """The end of an exception that was never closed: of its first beginning, or of the last extension behind that."""
    places = [place for place, (word, one, _) in enumerate(said) if one == name and word in BEGIN]
    first = places[0]
    moved = [minutes for word, one, minutes in said[first:] if one == name and word == "exception extended"]
    return moved[-1] if moved else said[first][2]


@given(st.lists(st.tuples(EXCEPTION_WORDS, IDS, MINUTES)), st.lists(st.tuples(EXCEPTION_WORDS, IDS, MINUTES)))
def test_nothing_after_a_close_changes_an_exception(before: Said, after: Said) -> None:
    closes: Said = [("exception closed", name, 0) for name in ("a1", "b2", "c3")]
    begun = exceptions_in(entries_of([*before, *closes]))
    for one, same in zip(begun, exceptions_in(entries_of([*before, *closes, *after])), strict=False):
        assert same == one


@given(st.lists(st.tuples(WAIVER_WORDS, IDS, MINUTES)))
def test_entries_of_other_kinds_and_operations_change_nothing(said: Said) -> None:
    ours = [note(number, *one) for number, one in enumerate(said, start=1)]
    same_words = note(900, "waiver add", "d4", 5)
    foreign = [
        Draft(Kind.INTENT, same_words.id, NOW, same_words.content),
        draft(901, operation="waiver addition", details={"waiver_id": 7}),
        draft(902, operation="audit"),
    ]
    found = waivers_in(chain(*foreign, *ours))
    assert [one.id for one in found] == [one.id for one in waivers_in(chain(*ours))]


@pytest.mark.parametrize(
    ("operation", "member", "value", "words"),
    [
        ("waiver add", "waiver_id", None, "details.waiver_id: expected a text, found nothing"),
        ("waiver add", "items", [], "details.items: expected a list of 1 or more texts, found ()"),
        ("waiver add", "items", "password", "details.items: expected a list of 1 or more texts"),
        ("waiver add", "items", ["password", 7], "details.items"),
        ("waiver add", "owner", "  ", "details.owner: expected a text, found '  '"),
        ("waiver add", "until", "tomorrow", "details.until: expected a time such as"),
        ("waiver add", "until", 7, "details.until: expected a time such as"),
        ("waiver end", "waiver_id", 7, "details.waiver_id: expected a text, found 7"),
        ("exception opening", "task", None, "details.task: expected a text, found nothing"),
        ("exception opening", "break_glass", "yes", "details.break_glass: expected true or false"),
        ("exception opening", "known", "password", "details.known: expected a list of no or more texts"),
        ("exception adopted", "exemptions", {}, "details.exemptions: expected a list of objects"),
        ("exception exempted", "exemptions", [{}], "details.exemptions[0].policy_id: expected a text"),
        ("exception exempted", "exemptions", [7], "details.exemptions[0].policy_id: expected a text"),
        ("exception extended", "until", None, "details.until: expected a time such as"),
        ("exception closed", "how", None, "details.how: expected a text, found nothing"),
        ("exception closed", "remaining", [None], "details.remaining"),
    ],
)
def test_nonsense_is_refused_with_its_place(operation: str, member: str, value: Json, words: str) -> None:
    good = note(1, "waiver add", "a1", 5)
    bad = note(2, operation, "b2", 5, **{member: value})
    with pytest.raises(LedgerUnreadable) as raised:
        (waivers_in if operation.startswith("waiver") else exceptions_in)(chain(good, bad))
    assert raised.value.message.startswith(f"entry 2 ({operation}): {words}")


@pytest.mark.parametrize("accounts", [[], ["12345678901"], [ACCOUNT, "222233334444"]])
def test_a_note_about_no_one_account_is_refused(accounts: list[str]) -> None:
    good = note(1, "waiver add", "a1", 5)
    bad = Draft(good.kind, good.id, good.time, {**good.content, "accounts": accounts})
    with pytest.raises(LedgerUnreadable, match=r"entry 1 \(waiver add\): accounts: expected one account id"):
        waivers_in(chain(bad))


def test_a_note_without_details_is_refused() -> None:
    with pytest.raises(LedgerUnreadable, match=r"entry 1 \(waiver end\): details: expected an object"):
        waivers_in(chain(draft(1, operation="waiver end", accounts=[ACCOUNT])))


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(
        SqliteStore(tmp_path / "ledger.sqlite3", IDENTITY),
        RunContext("arn:aws:iam::111122223333:user/alice", None, "0.1.0"),
        clock=lambda: NOW,
    )


def test_what_is_written_is_what_is_read(recorder: Recorder) -> None:
    waiver = record_waiver(
        recorder,
        waiver_id="w-abcdefgh",
        account=AccountId(ACCOUNT),
        items=("password", str(KEY)),
        owner="Billing",
        until=NOW + timedelta(days=1),
        reason="a tool that cannot do without",
        ticket="SEC-1",
    )
    assert waivers_in(entries(recorder.store)) == (waiver,)
    assert (waiver.added, waiver.added_by) == (NOW, "arn:aws:iam::111122223333:user/alice")
    ended = record_waiver_end(recorder, waiver, reason="it can now", ticket=None)
    assert waivers_in(entries(recorder.store)) == (ended,)
    assert (ended.ended, ended.end_reason) == (NOW, "it can now")


EXEMPTION = TemporaryExemption("p-12345678", "DenyRoot", '{"before": 1}', '{"after": 1}', deployed=NOW)


def exception(until: datetime) -> RecoveryException:
    return RecoveryException(
        id="e-abcdefgh",
        account=AccountId(ACCOUNT),
        task="restore-admin-access",
        owner="Platform",
        reason="the last administrator is locked out",
        ticket="SEC-2",
        opened=NOW,
        until=until,
        break_glass=True,
        state=ExceptionState.OPENING,
        opener="arn:aws:iam::111122223333:user/alice",
        known=("mfa-devices:GAKT000",),
    )


def test_the_life_of_an_exception(recorder: Recorder) -> None:
    """Each step as it is written is read back, and nothing of the ones before is lost."""
    planned = exception(NOW + timedelta(hours=4))

    def now() -> RecoveryException:
        (found,) = exceptions_in(entries(recorder.store))
        return found

    record_opening(recorder, planned)
    assert now() == planned
    record_exempted(recorder, planned, [EXEMPTION])
    record_opened(recorder, planned)
    later = NOW + timedelta(hours=6)
    record_extended(recorder, planned, until=later, reason="not done yet", ticket=None)
    assert (now().state, now().until, now().exemptions) == (ExceptionState.OPEN, later, (EXEMPTION,))
    record_closing(recorder, planned)
    assert (now().state, now().closed) == (ExceptionState.CLOSING, None)
    record_closed(recorder, planned, how="swept", remaining=["mfa-devices:GAKT000"])
    assert (now().state, now().closed, now().how) == (ExceptionState.CLOSED, NOW, "swept")
    assert (now().remaining, now().reason, now().known) == (
        ("mfa-devices:GAKT000",),
        planned.reason,
        planned.known,
    )


def test_an_adopted_exception_is_open_and_covers_what_was_there(recorder: Recorder) -> None:
    record_adopted(recorder, exception(NOW + timedelta(hours=1)))
    (found,) = exceptions_in(entries(recorder.store))
    assert (found.state, found.adopted) == (ExceptionState.OPEN, True)
    assert found.covers(item_name("mfa-devices:GAKT000"))


@pytest.mark.parametrize(
    ("known", "item", "covered"),
    [
        ((), "access-keys:AKIA1", True),
        (("access-keys:AKIA1",), "access-keys:AKIA1", False),
        (("access-keys:AKIA1",), "access-keys:AKIA2", True),
        (("access-keys:AKIA1",), "access-keys", False),
        (("access-keys",), "access-keys:AKIA2", False),
        (("password:login-profile",), "password", False),
        (("hardware-tokens:1",), "access-keys:AKIA2", True),
    ],
)
def test_an_exception_covers_what_came_after_it(known: tuple[str, ...], item: str, covered: bool) -> None:
    """What was there before belongs to nobody; what is known by its kind only may be that."""
    one = RecoveryException("e", AccountId(ACCOUNT), "t", "o", "r", None, NOW, NOW, known=known)
    assert one.covers(item_name(item)) is covered
