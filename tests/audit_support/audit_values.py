"""Audits to try things on, and strategies that draw them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from rootwarden.model.audit import AuditRow, Details, RootReading
from rootwarden.model.credentials import (
    PRESENT,
    AccessKey,
    ItemStatus,
    LastUse,
    MfaDevice,
    RootCredentials,
    SigningCertificate,
)
from rootwarden.model.ids import AccountId
from rootwarden.model.organization import Account, AccountState, JoinedMethod
from rootwarden.model.reason import Reason, Source
from rootwarden.operations.audit.judge import judged
from rootwarden.operations.audit.saved import Header, SelectionWords

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
IDS = [AccountId(f"{number:012d}") for number in range(1, 9)]
HEADER = Header("o-exampleorg1", "aws", NOW, SelectionWords(everything=True), Details.AUTO, "0.1.0")

times = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)).map(lambda when: when.replace(tzinfo=UTC))  # noqa: DTZ001 - hypothesis wants them without a zone
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
statuses = st.sampled_from(ItemStatus)
uses = st.none() | st.builds(LastUse, st.none() | times, st.none() | texts, st.none() | texts)
keys = st.builds(AccessKey, st.sampled_from(["AKIA1", "AKIA2"]), statuses, st.none() | times, uses)
certificates = st.builds(SigningCertificate, st.sampled_from(["CERT1", "CERT2"]), statuses, st.none() | times)
devices = st.builds(
    MfaDevice, st.sampled_from(["GAKT1", "arn:aws:iam::000000000001:mfa/x"]), st.none() | times
)


def _some(items: st.SearchStrategy[object], name: str) -> st.SearchStrategy[object]:
    listed = st.lists(items, max_size=2, unique_by=lambda one: getattr(one, name)).map(tuple)
    return listed | st.just(PRESENT) | st.none()


credentials: st.SearchStrategy[RootCredentials] = st.builds(
    RootCredentials,
    password=st.none() | st.booleans(),
    access_keys=_some(keys, "id"),
    signing_certificates=_some(certificates, "id"),
    mfa_devices=_some(devices, "serial"),
    password_last_use=uses,
    password_created=st.none() | times,
)
reasons = st.builds(Reason, st.sampled_from(Source), texts, texts, st.none() | texts)


def accounts(ids: st.SearchStrategy[AccountId]) -> st.SearchStrategy[Account]:
    return st.builds(
        Account,
        ids,
        texts,
        texts,
        st.sampled_from(AccountState),
        st.sampled_from(JoinedMethod),
        st.none() | texts,
    )


def rows(*numbers: int) -> st.SearchStrategy[AuditRow]:
    """Rows as an audit judges them, of the accounts with these numbers or of any."""
    ids = st.sampled_from([IDS[number] for number in numbers] or IDS)
    return st.builds(
        lambda account, seen, problems: judged(account, RootReading(seen, problems=tuple(problems))),
        accounts(ids),
        credentials,
        st.lists(reasons, max_size=1),
    )


def account(number: int = 0, name: str = "Shop", ou_path: str | None = "/") -> Account:
    return Account(IDS[number], name, "shop@example.com", AccountState.ACTIVE, ou_path=ou_path)


NOTHING = RootCredentials(False, (), (), ())


def later(hours: float = 1) -> datetime:
    return NOW + timedelta(hours=hours)
