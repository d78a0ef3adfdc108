"""The files handed to owners: everything there is to answer, under names every file system takes, and no formula."""

from __future__ import annotations

import csv
import dataclasses
import io
import re

import pytest
from audit_values import NOTHING, NOW, account, rows
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.audit import AuditOutcome, AuditRow, RootReading
from rootwarden.model.credentials import (
    PRESENT,
    AccessKey,
    ItemStatus,
    LastUse,
    MfaDevice,
    RootCredentials,
    SigningCertificate,
)
from rootwarden.model.explanation import Explanation, ExplanationKind, Standing
from rootwarden.model.reason import local
from rootwarden.operations.audit.judge import judged, unreachable
from rootwarden.reports.hand_off import COLUMNS, INDEX, hand_off_files, is_asked_about

EVERY_KIND = "password, access keys, signing certificates, MFA devices"


def by_ou(row: AuditRow) -> str:
    return row.account.ou_path or "(not read)"


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@given(st.lists(rows(), max_size=8, unique_by=lambda row: row.account.id))
def test_every_account_with_something_to_answer_is_in_one_file(found: list[AuditRow]) -> None:
    files = hand_off_files(found, by_ou, "ou")
    index = table(files.pop(INDEX))
    assert {one["file"] for one in index} == files.keys()
    assert len({name.casefold() for name in files}) == len(files)
    asked = {row.account.id for row in found if is_asked_about(row)}
    listed = [line["account"] for text in files.values() for line in table(text)]
    assert set(listed) == asked
    assert sum(int(one["accounts"]) for one in index) == len(asked)
    assert sum(int(one["items"]) for one in index) == len(listed)
    for name, text in files.items():
        assert re.fullmatch(r"ou-[A-Za-z0-9-]{1,100}\.csv", name)
        for line in csv.reader(io.StringIO(text)):
            assert len(line) == len(COLUMNS)
            assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in line)


@given(st.lists(st.text(max_size=20), unique=True, max_size=8))
def test_no_two_owners_share_a_file(owners: list[str]) -> None:
    row = judged(account(), RootReading(RootCredentials(True, (), (), ())))
    given = iter(owners)
    files = hand_off_files([row] * len(owners), lambda _: next(given), "tag-team")
    assert len({name.casefold() for name in files}) == len(owners) + 1


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("/", "ou-root.csv"),
        ("/Workloads/Production", "ou-Workloads-Production.csv"),
        ("/Prod East", "ou-Prod-East-"),
        ("../../etc/passwd", "ou-etc-passwd-"),
        ("CON", "ou-CON.csv"),
        ("", "ou-root.csv"),
        ("\u00dcbung", "ou-Ubung-"),
        ("\u65e5\u672c", "ou-root-"),
        ("x" * 300, f"ou-{'x' * 80}-"),
    ],
)
def test_names_of_files(owner: str, name: str) -> None:
    row = judged(account(), RootReading(RootCredentials(True, (), (), ())))
    (found, _) = hand_off_files([row], lambda _: owner, "ou")
    assert found.startswith(name)


def test_what_is_asked() -> None:
    """A line for each credential, with what AWS says of its use; and one for what was not read."""
    seen = RootCredentials(
        password=True,
        access_keys=(
            AccessKey("AKIA1", ItemStatus.ACTIVE, NOW, LastUse(NOW, "s3", "eu-central-1")),
            AccessKey("AKIA2", ItemStatus.INACTIVE, NOW, LastUse(None)),
            AccessKey("AKIA3", ItemStatus.ACTIVE, None, None),
        ),
        signing_certificates=(SigningCertificate("CERT1", ItemStatus.ACTIVE, NOW),),
        mfa_devices=(MfaDevice("GAKT1", NOW),),
        password_last_use=LastUse(NOW),
        password_created=NOW,
    )
    row = judged(account(), RootReading(seen))
    waived = Explanation(ExplanationKind.WAIVER, "w-1", "Billing", NOW, Standing.OPEN, "tool", ("password",))
    row = dataclasses.replace(row, explanations=(waived,), outcome=AuditOutcome.EXCEPTED)
    lines = table(hand_off_files([row], by_ou, "ou")["ou-root.csv"])
    day = "2026-03-01T09:30:00Z"
    lag = "AWS's last-use data can be hours behind"
    said = f"waiver w-1 of Billing until {day} (tool)"
    middle = COLUMNS[5:13]
    assert [tuple(line[name] for name in middle) for line in lines] == [
        ("password", "", "", day, "", "", "", day),
        ("access key", "AKIA1", "Active", day, day, "s3", "eu-central-1", ""),
        ("access key", "AKIA2", "Inactive", day, "no use on record", "", "", ""),
        ("access key", "AKIA3", "Active", "", "not read", "", "", ""),
        ("signing certificate", "CERT1", "Active", day, "", "", "", ""),
        ("MFA device", "GAKT1", "", day, "", "", "", ""),
    ]
    assert [line["remarks"] for line in lines] == [f"{lag}; {said}"] * 4 + [said] * 2
    assert {line["outcome"] for line in lines} == {"excepted"}
    assert {line["answer"] for line in lines} == {""}
    assert {(line["account"], line["name"], line["email"], line["ou"]) for line in lines} == {
        ("000000000001", "Shop", "shop@example.com", "/")
    }


def test_what_was_not_read_is_said() -> None:
    lost = unreachable(account(0), local("interrupted", "interrupted before it was read"))
    half = judged(account(1), RootReading(RootCredentials(False, PRESENT, None, ())))
    clean = judged(account(2), RootReading(NOTHING))
    lines = table(hand_off_files([lost, half, clean], by_ou, "ou")["ou-root.csv"])
    assert [(line["account"][-1], line["item"], line["status"], line["remarks"]) for line in lines] == [
        (
            "1",
            "not read",
            "",
            f"not read: {EVERY_KIND} (interrupted: interrupted before it was read)",
        ),
        ("2", "access keys", "not read", ""),
        ("2", "not read", "", "not read: signing certificates"),
    ]


def test_nothing_to_answer_is_an_empty_index() -> None:
    assert hand_off_files([judged(account(), RootReading(NOTHING))], by_ou, "ou") == {
        INDEX: "file,owner,accounts,items\n"
    }
