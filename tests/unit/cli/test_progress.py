"""What is said while an audit runs."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress

import pytest

from rootwarden.cli import progress
from rootwarden.cli.progress import AuditProgress
from rootwarden.model.audit import AuditOutcome, AuditRow
from rootwarden.model.credentials import RootCredentials
from rootwarden.model.held_back import HeldBack
from rootwarden.model.ids import AccountId
from rootwarden.model.organization import Account, AccountState

ACCOUNT = Account(AccountId("333333333333"), "Shop", "", AccountState.ACTIVE)


class Watch:
    """Rows that come at a steady rate."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.now = 0.0
        self.number = 0
        self.progress = AuditProgress(quiet=quiet, clock=lambda: self.now)

    def see(
        self, rows: int, *, every: float, total: int | None, outcome: AuditOutcome = AuditOutcome.CLEAN
    ) -> None:
        for _ in range(rows):
            self.now += every
            self.number += 1
            self.progress(self.number, total, AuditRow(ACCOUNT, outcome, RootCredentials()))


def test_plain_lines_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    """Rate, estimate and counts; nothing on stdout."""
    watch = Watch()
    watch.see(100, every=0.0625, total=1000)
    watch.see(1, every=0.0625, total=1000, outcome=AuditOutcome.EXPOSED)
    watch.see(2, every=0.0625, total=1000, outcome=AuditOutcome.UNREACHABLE)
    watch.see(100, every=0.0625, total=1000)
    watch.see(1, every=6.0, total=None)
    seen = capsys.readouterr()
    assert seen.err.splitlines() == [
        "80/1,000 accounts, 16/s, about 58 s left",
        "160/1,000 accounts, 16/s, about 52 s left, 1 exposed, 2 unreachable",
        "204 accounts, more being listed, 9.1/s, 1 exposed, 2 unreachable",
    ]
    assert not seen.out


def test_on_a_terminal_the_line_moves_and_is_gone_at_the_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    watch = Watch()
    watch.see(2, every=0.25, total=3)
    watch.see(1, every=0.25, total=3)
    assert capsys.readouterr().err == (
        "\r\x1b[K1/3 accounts, 4.0/s, about 0 s left\r\x1b[K2/3 accounts, 4.0/s, about 0 s left\r\x1b[K"
    )


def test_the_line_goes_where_nobody_knew_the_total(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    watch = Watch()
    watch.see(1, every=0.25, total=None)
    watch.progress.done()
    assert capsys.readouterr().err == "\r\x1b[K1 account, more being listed, 4.0/s\r\x1b[K"


def test_what_aws_holds_back_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Or nobody knows what the last accounts wait for."""
    now = [0.0]
    held = HeldBack(2, "Throttling", 95.0)
    line = AuditProgress(quiet=False, waiting=lambda: held, clock=lambda: now[0])
    now[0] = 10.0
    line(10, 12, AuditRow(ACCOUNT, AuditOutcome.CLEAN, RootCredentials()))
    said = capsys.readouterr().err
    assert said.endswith(", 2 held back by AWS (Throttling) and tried for 1 min 35 s at most\n")


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Watch(quiet=True).see(1000, every=1.0, total=1000)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("every", "total", "said"),
    [
        (0.125, 136, "about 12 s left"),
        (1.0, 125, "about 2 min 0 s left"),
        (60.0, 121, "about 2 h 0 min left"),
    ],
)
def test_how_long_the_rest_takes(
    capsys: pytest.CaptureFixture[str], every: float, total: int, said: str
) -> None:
    Watch().see(40, every=every, total=total)
    assert capsys.readouterr().err.splitlines()[0].endswith(said)


def test_it_is_said_how_far_it_is_while_no_row_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last accounts may be held back for minutes."""
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LOOKS", 0.001)
    watch = Watch()
    heard: list[str] = []
    said = threading.Event()

    def echo(text: str, **_: object) -> None:
        heard.append(text)
        said.set()

    monkeypatch.setattr("rootwarden.cli.progress.typer.echo", echo)
    with watch.progress:
        watch.see(11, every=0.125, total=12)
        watch.now += 5.0
        assert said.wait(10)
    assert heard == ["11/12 accounts, 1.7/s, about 1 s left"]


def test_after_its_end_nothing_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it ends: an error stands on a line of its own."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    watch = Watch()
    with suppress(OSError), watch.progress:
        watch.see(1, every=0.25, total=3)
        raise OSError
    watch.now += 60.0
    assert capsys.readouterr().err == "\r\x1b[K1/3 accounts, 4.0/s, about 0 s left\r\x1b[K"


def test_lines_that_say_the_same_are_rare(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch()
    watch.see(11, every=0.5, total=12)
    for _ in range(13):
        watch.now += 5.0
        watch.progress.tell()
    assert [line.partition(",")[0] for line in capsys.readouterr().err.splitlines()] == [
        "10/12 accounts",
        "11/12 accounts",
        "11/12 accounts",
        "11/12 accounts",
    ]
