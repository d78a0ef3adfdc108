"""Telling people: what arrives at a topic and a webhook, what the ledger keeps of it, and that nothing waits for it."""

from __future__ import annotations

import dataclasses
import json
import socket
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from ledger_rig import entries
from notification_rig import (
    AT,
    SECRET_PATH,
    UNTIL,
    configured,
    message,
    received,
    tell,
    topic_with_queue,
    webhook,
)
from product_rig import SECURITY, SHOP, Rig, company

from rootwarden.emulator import account
from rootwarden.emulator.org_file import FaultSpec
from rootwarden.ledger.notifications import ToldRegister
from rootwarden.ledger.store import entries as all_entries
from rootwarden.model.notification import Channel, NotificationKind, of_exception
from rootwarden.model.outcome import Done, Failed, Unknown
from rootwarden.model.purpose import PurposeName
from rootwarden.model.recovery_exception import RecoveryException
from rootwarden.reports.notification_text import subject_of, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from rootwarden.app.context import App

WHOLE_TEXT = f"""\
Root sign-in allowed: Shop ({SHOP})
Task: restore-iam-permissions
Owner: Shop team
By: arn:aws:iam::{SECURITY}:role/Admin
Until: 2026-03-01T13:30:00Z
Reason: locked out
Ticket: T-1
Exception: x-0123456789
Organization: o-emulated00
At: 2026-03-01T09:30:00Z"""

STRAY_ADVICE = (
    f"Remove them (rootwarden remove plan --account {SHOP} --out FILE), or say who answers for them (rootwarden recovery "
    f"adopt {SHOP}, rootwarden waiver add {SHOP})."
)


@pytest.fixture(autouse=True)
def _world(rig: Rig, ledger: Path) -> None:
    rig.up(company(account(SHOP, "Shop")))


def notes(rig: Rig) -> list[Any]:
    if not (rig.folder / "state" / "ledger.sqlite3").exists():
        return []
    return [one["content"]["details"] for one in entries(rig, "--operation", "notification")]


def told(app: App, *notifications: Any) -> list[Any]:
    """When each was last told, by the ledger of the run."""
    clients = app.caller(PurposeName.DELEGATE)
    register = ToldRegister()
    for entry in all_entries(app.recorder(clients, "o-emulated00").store):
        register.take(entry)
    return [register.last(one) for one in notifications]


def test_both_are_told(rig: Rig) -> None:
    """The topic's subscriber has subject, text and attributes, the webhook the document; the ledger has the outcome, no path."""
    topic, sqs, url = topic_with_queue(rig)
    with webhook() as hook:
        app = configured(rig, f'sns_topic = "{topic}"\nwebhook_url = "{hook.url}"\n')
        by_sns, by_webhook = tell(app, message())
    (wrapped,) = received(sqs, url)
    assert (wrapped["Subject"], wrapped["Message"]) == (f"Root sign-in allowed: Shop ({SHOP})", WHOLE_TEXT)
    attributes = {name: one["Value"] for name, one in wrapped["MessageAttributes"].items()}
    assert attributes == {"kind": "opened", "account": SHOP, "endpoint": "aws"}
    ((path, kind, document),) = hook.documents
    assert (path, kind) == (SECRET_PATH, "application/json")
    assert document == {
        "schema": "rootwarden/notification/1",
        "text": WHOLE_TEXT,
        "kind": "opened",
        "organization_id": "o-emulated00",
        "endpoint": "aws",
        "account": {"id": SHOP, "name": "Shop"},
        "at": "2026-03-01T09:30:00Z",
        "exception_id": "x-0123456789",
        "task": "restore-iam-permissions",
        "owner": "Shop team",
        "by": f"arn:aws:iam::{SECURITY}:role/Admin",
        "until": "2026-03-01T13:30:00Z",
        "reason": "locked out",
        "ticket": "T-1",
        "items": [],
        "limits": [],
    }
    shown = hook.url.removesuffix(SECRET_PATH)
    assert (by_sns.channel, by_sns.target, by_sns.outcome) == (Channel.SNS, topic, Done())
    assert (by_webhook.channel, by_webhook.target, by_webhook.outcome) == (Channel.WEBHOOK, shown, Done())
    assert notes(rig) == [
        {
            "kind": "opened",
            "about": "opened/x-0123456789",
            "exception_id": "x-0123456789",
            "deliveries": [
                {"channel": "sns", "target": topic, "outcome": "done"},
                {"channel": "webhook", "target": shown, "outcome": "done"},
            ],
        }
    ]
    assert app.problems == []


def test_a_fifo_topic_is_told(rig: Rig) -> None:
    """It asks for a group and for what tells messages apart."""
    topic, sqs, url = topic_with_queue(rig, "root-exceptions.fifo")
    (one,) = tell(configured(rig, f'sns_topic = "{topic}"\n'), message())
    assert one.outcome == Done()
    assert [one["Message"] for one in received(sqs, url)] == [WHOLE_TEXT]


def test_nothing_configured_nothing_told(rig: Rig) -> None:
    """And nothing is written."""
    app = configured(rig, "")
    assert tell(app, message()) == ()
    assert (notes(rig), app.problems) == ([], [])


def test_a_topic_that_is_not_there(rig: Rig) -> None:
    """A value with AWS's words, a note for the user, an entry; the webhook is told all the same."""
    topic = f"arn:aws:sns:us-east-1:{SECURITY}:gone"
    with webhook() as hook:
        app = configured(rig, f'sns_topic = "{topic}"\nwebhook_url = "{hook.url}"\n')
        by_sns, by_webhook = tell(app, message())
    assert isinstance(by_sns.outcome, Failed)
    assert (by_sns.outcome.reason.code, by_sns.outcome.reason.source) == ("NotFound", "aws")
    assert by_webhook.outcome == Done()
    (note,) = app.problems
    assert note.startswith(f"the opened notification about {SHOP} was not delivered by sns to {topic}: ")
    (kept,) = notes(rig)
    assert [one["outcome"] for one in kept["deliveries"]] == ["failed", "done"]
    assert kept["deliveries"][0]["reason"]["code"] == "NotFound"


@pytest.mark.parametrize(
    ("status", "headers"), [(500, {}), (404, {}), (302, {"Location": "http://127.0.0.1:9/"})]
)
def test_a_webhook_that_refuses(rig: Rig, status: int, headers: dict[str, str]) -> None:
    """A redirection is a refusal as well: the message goes nowhere else. No text holds the path."""
    with webhook() as hook:
        hook.status, hook.headers = status, headers
        app = configured(rig, f'webhook_url = "{hook.url}"\n')
        (one,) = tell(app, message())
    assert isinstance(one.outcome, Failed)
    assert (one.outcome.reason.code, len(hook.documents)) == (str(status), 1)
    assert SECRET_PATH not in json.dumps(notes(rig)) + " ".join(app.problems) + one.outcome.reason.text


def test_a_webhook_that_is_down(rig: Rig) -> None:
    """Nothing was sent, so it failed."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    app = configured(rig, f'webhook_url = "http://127.0.0.1:{port}{SECRET_PATH}"\n')
    (one,) = tell(app, message())
    assert isinstance(one.outcome, Failed)
    assert (one.outcome.reason.source, one.outcome.reason.code) == ("network", "NewConnectionError")
    assert SECRET_PATH not in json.dumps(notes(rig)) + " ".join(app.problems)


def test_a_webhook_that_does_not_answer(rig: Rig) -> None:
    """It has the message or not, nobody knows: unknown, and no time is lost over it."""
    with webhook() as hook:
        hook.answering.clear()
        app = configured(rig, f'webhook_url = "{hook.url}"\ntimeout_seconds = 1\n')
        (one,) = tell(app, message())
    assert isinstance(one.outcome, Unknown)
    assert len(hook.documents) == 1
    (note,) = app.problems
    assert note.startswith(f"whether the opened notification about {SHOP} arrived by webhook at http://127")
    assert SECRET_PATH not in note
    assert told(app, message()) == [None]


def test_a_topic_whose_answer_is_lost(rig: Rig) -> None:
    """It arrived, and nobody knows."""
    topic, sqs, url = topic_with_queue(rig)
    rig.be_patient()
    rig.emulator.control.add_fault(FaultSpec(operation="sns:Publish", kind="reset-after-effect"))
    (one,) = tell(configured(rig, f'sns_topic = "{topic}"\n'), message())
    assert isinstance(one.outcome, Unknown)
    assert received(sqs, url)


def test_a_topic_that_throttles(rig: Rig) -> None:
    """It is not asked again: nobody waits, however patient the configuration is."""
    topic, sqs, url = topic_with_queue(rig)
    rig.be_patient()
    rig.emulator.control.add_fault(
        FaultSpec(operation="sns:Publish", code="Throttled", http_status=429, count=1)
    )
    (one,) = tell(configured(rig, f'sns_topic = "{topic}"\n'), message())
    assert isinstance(one.outcome, Failed)
    assert received(sqs, url) == []


def test_a_ledger_that_cannot_be_written(rig: Rig) -> None:
    """It is told and noted; what is under way goes on."""
    topic, sqs, url = topic_with_queue(rig)
    rig.patch.setenv("ROOTWARDEN_LEDGER", "sqlite:////proc/nowhere/ledger.sqlite3")
    app = configured(rig, f'sns_topic = "{topic}"\n')
    (one,) = tell(app, message())
    assert one.outcome == Done()
    assert len(received(sqs, url)) == 1
    (note,) = app.problems
    assert note.startswith("what came of the notification could not be recorded: ")


def test_secrets_stay_here(rig: Rig) -> None:
    """A secret key that slipped into a reason is not passed on."""
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    with webhook() as hook:
        app = configured(rig, f'webhook_url = "{hook.url}"\n')
        tell(app, message(reason=f"key is {secret}", ticket=secret, owner=secret))
    assert secret not in json.dumps(hook.documents)
    assert "[looked like a secret, not kept]" in hook.documents[0][2]["reason"]


def test_what_was_told_is_known(rig: Rig) -> None:
    """By exception and end, or by account and credentials; what failed everywhere was not told."""
    due, extended = (
        message(NotificationKind.DUE),
        message(NotificationKind.DUE, until=UNTIL + timedelta(hours=1)),
    )
    stray = message(NotificationKind.STRAY, exception_id=None, items=("password", "access-keys:AKIA"))
    turned = dataclasses.replace(stray, items=stray.items[::-1])
    fewer = dataclasses.replace(stray, items=("password",))
    with webhook() as hook:
        app = configured(rig, f'webhook_url = "{hook.url}"\n')
        tell(app, due)
        tell(app, stray)
        hook.status = 500
        tell(app, fewer)
    at = told(app, due, extended, stray, turned, fewer, message(NotificationKind.OVERDUE))
    assert [one is not None for one in at] == [True, False, True, True, False, False]


@pytest.mark.parametrize(
    ("kind", "fields", "subject", "last"),
    [
        (NotificationKind.OPENED, {}, f"Root sign-in allowed: Shop ({SHOP})", "At: 2026-03-01T09:30:00Z"),
        (
            NotificationKind.DUE,
            {},
            f"Root sign-in ends within the hour: Shop ({SHOP})",
            "Close it when the work is done: rootwarden recovery close x-0123456789",
        ),
        (
            NotificationKind.OVERDUE,
            {},
            f"Root sign-in OVERDUE: Shop ({SHOP})",
            "Close it when the work is done: rootwarden recovery close x-0123456789",
        ),
        (NotificationKind.CLOSED, {}, f"Root sign-in closed: Shop ({SHOP})", "At: 2026-03-01T09:30:00Z"),
        (
            NotificationKind.CLOSED,
            {"items": ("access-keys:AKIA",)},
            f"Root sign-in closed, with credentials LEFT: Shop ({SHOP})",
            f"Remove what is left: rootwarden remove plan --account {SHOP} --out FILE",
        ),
        (
            NotificationKind.STRAY,
            {"exception_id": None, "until": None, "items": ("password",)},
            f"Unexplained root credentials: Shop ({SHOP})",
            STRAY_ADVICE,
        ),
        (
            NotificationKind.BREAK_GLASS,
            {"limits": ("longest time 8 h",)},
            f"BREAK-GLASS: limits of root sign-in passed: Shop ({SHOP})",
            "At: 2026-03-01T09:30:00Z",
        ),
    ],
)
def test_how_it_reads(kind: NotificationKind, fields: dict[str, Any], subject: str, last: str) -> None:
    """Every kind, with what to do about it."""
    said = message(kind, **fields)
    assert (subject_of(said), text_of(said).splitlines()[-1]) == (subject, last)
    for limit in said.limits:
        assert f"Limits passed: {limit}" in text_of(said)


def test_subjects_fit_sns() -> None:
    """Fewer than 100 characters of ASCII on one line, whatever an account is called."""
    for name in ("Bräu ✓", "x" * 200, "a\nb\x1b[31mc"):
        subject = subject_of(message(account_name=name))
        assert len(subject) < 100
        assert subject.isascii()
        assert subject.isprintable()


def test_a_rehearsal_says_so() -> None:
    """A webhook is real also where the organization is not."""
    said = message(endpoint="http://127.0.0.1:4599")
    assert subject_of(said).startswith("[rehearsal] ")
    assert text_of(said).startswith("REHEARSAL at http://127.0.0.1:4599: this is not AWS.\n")


def test_the_message_of_an_exception() -> None:
    """Everything the exception knows; the opener stands where nobody else did it."""
    exception = RecoveryException(
        id="x-0123456789",
        account=message().account,
        task="restore-iam-permissions",
        owner="Shop team",
        reason="locked out",
        ticket="T-1",
        opened=AT,
        until=UNTIL,
        opener=message().by,
    )
    said = of_exception(
        NotificationKind.OPENED,
        exception,
        organization_id="o-emulated00",
        endpoint="aws",
        at=AT,
        account_name="Shop",
    )
    assert said == message()


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/SECRET",
        "https://user:SECRET@hooks.example.com/",
        "ftp://127.0.0.1/SECRET",
        "https:///SECRET",
        "SECRET",
        "https://hooks.example.com:99999/SECRET",
        "https://[::1/SECRET",
    ],
)
def test_a_webhook_that_is_no_address(rig: Rig, url: str) -> None:
    """Exit 2; the value, which may be all it takes to post, is not shown."""
    path = rig.folder / "conf.toml"
    path.write_text(f'[notifications]\nwebhook_url = "{url}"\n', encoding="utf-8")
    path.chmod(0o600)
    ran = rig.run("status", "--config", str(path))
    assert ran.code == 2
    assert "notifications.webhook_url: expected https://HOST/PATH" in ran.err
    assert "SECRET" not in ran.err + ran.out


def test_a_topic_that_is_no_arn(rig: Rig) -> None:
    """Exit 2, with the form."""
    path = rig.folder / "conf.toml"
    path.write_text('[notifications]\nsns_topic = "root-exceptions"\n', encoding="utf-8")
    path.chmod(0o600)
    ran = rig.run("status", "--config", str(path))
    assert ran.code == 2
    assert "notifications.sns_topic: expected the ARN of an SNS topic" in ran.err
