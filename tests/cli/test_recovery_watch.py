"""What a sweep looks up and whom it tells: root activity while an exception was open and after, and notifications."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from product_rig import LEGACY, SHOP, Ran, Rig, configuration
from recovery_rig import (
    DELEGATE,
    closed,
    later,
    ledger_entries,
    opened,
    operations,
    recovery_company,
    signs_in,
)

from rootwarden.emulator import account
from rootwarden.emulator.org_file import PrincipalSpec

SHOPS = (account(SHOP, "Shop", "/Shops"), account(LEGACY, "Legacy"))


def swept(rig: Rig, *options: str) -> Ran:
    return rig.json("recovery", "sweep", "--yes", *options, profile=DELEGATE)


def words(ran: Ran) -> dict[str, str]:
    """How each account came out."""
    return {row["id"]: row["outcome"] for row in ran.document["accounts"]}


@pytest.fixture
def shops(rig: Rig, ledger: Path) -> Rig:
    recovery_company(rig, *SHOPS)
    return rig


WATCHER = PrincipalSpec(
    account=SHOP,
    name="TrailReader",
    policies=(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"}],
        },
    ),
    trust={
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    },
)


class TestWhatWasDoneAsRoot:
    @pytest.fixture
    def watched(self, rig: Rig, ledger: Path) -> Rig:  # noqa: ARG002 - names the ledger
        recovery_company(rig, *SHOPS, principals=(WATCHER,))
        return rig

    def options(self, rig: Rig) -> tuple[str, str]:
        return ("--config", configuration(rig.folder, '[recovery]\nmember_role = "TrailReader"\n'))

    def events(self, ran: Ran) -> list[str]:
        (row,) = [one for one in ran.document["accounts"] if one["id"] == SHOP]
        return [one["name"] for one in row["root_events"]]

    def test_the_next_sweep_adds_it(self, watched: Rig, ledger: Path) -> None:
        """What a person did; not what our own sessions did, and each thing once."""
        opened(watched)
        later(watched, minutes=1)
        signs_in(watched)
        watched.emulator.control.create_root_access_key(SHOP)
        later(watched, minutes=1)
        ran = swept(watched, *self.options(watched))
        assert ran.code == 0
        assert self.events(ran) == [
            "PasswordRecoveryRequested",
            "PasswordRecoveryCompleted",
            "ConsoleLogin",
            "CreateAccessKey",
        ]
        assert self.events(swept(watched, *self.options(watched))) == []
        assert ("note", "exception activity") in operations(watched, ledger)

    def test_after_the_close_it_is_a_finding(self, watched: Rig) -> None:
        opened(watched)
        keys = signs_in(watched)
        later(watched, minutes=1)
        closed(watched)
        later(watched, minutes=5)
        client = boto3.client(
            "iam",
            endpoint_url=watched.emulator.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
            aws_session_token=keys.token,
        )
        client.create_user(UserName="backdoor")
        ran = swept(watched, *self.options(watched))
        assert (ran.code, words(ran)[SHOP]) == (1, "root_activity")
        assert "CreateUser" in self.events(ran)
        later(watched, hours=27)
        assert words(swept(watched, *self.options(watched)))[SHOP] == "clean"

    def test_without_a_role_that_is_said(self, watched: Rig) -> None:
        opened(watched)
        ran = swept(watched)
        assert ran.code == 0
        assert "recovery.member_role names no role" in ran.err

    def test_where_it_cannot_be_read_that_is_said(self, watched: Rig) -> None:
        opened(watched)
        text = '[recovery]\nmember_role = "Nobody"\n'
        ran = swept(watched, "--config", configuration(watched.folder, text))
        assert ran.code == 6
        assert "could not be looked up" in ran.err


def test_a_target_of_notifications_that_is_down(shops: Rig, ledger: Path) -> None:
    """It is said and recorded, and holds no close up."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as nobody:
        port = nobody.server_port
    text = f'[notifications]\nwebhook_url = "http://127.0.0.1:{port}/hook"\ntimeout_seconds = 1\n'
    options = ("--config", configuration(shops.folder, text))
    ran = opened(shops, *options, lasts="1h")
    assert ran.code == 0
    assert "was not delivered by webhook" in ran.err or "is not known" in ran.err
    later(shops, hours=2)
    over = swept(shops, *options)
    assert (over.code, words(over)[SHOP]) == (0, "closed")
    kinds = [
        one.content["details"]["kind"]  # type: ignore[index, call-overload]  # a note of ours
        for one in ledger_entries(shops, ledger)
        if one.content["operation"] == "notification"
    ]
    assert kinds == ["opened", "closed"]


def test_due_and_stray_are_told_once(shops: Rig) -> None:
    """However often a sweep runs; each again after a day."""
    told: list[Any] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    text = f'[notifications]\nwebhook_url = "http://127.0.0.1:{server.server_port}/hook"\n'
    options = ("--config", configuration(shops.folder, text))
    try:
        opened(shops, *options, lasts="2h")
        shops.emulator.control.create_root_access_key(LEGACY)
        later(shops, minutes=70)
        swept(shops, *options)
        swept(shops, *options)
    finally:
        server.shutdown()
        server.server_close()
    assert [one["kind"] for one in told] == ["opened", "due", "stray"]
