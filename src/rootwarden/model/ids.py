"""Account ids and the ARNs that centralized root access is built on."""

from __future__ import annotations

import re
from typing import NewType

from rootwarden.errors import BadInput

AccountId = NewType("AccountId", str)
"""Twelve digits, always as text: some begin with 0."""

IAM_SERVICE_PRINCIPAL = "iam.amazonaws.com"
"""The service whose trusted access and delegated administrator centralized root access needs, in every partition."""

_ACCOUNT_ID = re.compile(r"[0-9]{12}", re.ASCII)
_AS_THE_CONSOLE_SHOWS_IT = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}", re.ASCII)
_ARN_PARTS = 6
_ROOT_ARN = re.compile(r"arn:[a-z0-9-]+:iam::([0-9]{12}):root", re.ASCII)


def is_account_id(text: str) -> bool:
    """Whether the text has the form of an account id."""
    return _ACCOUNT_ID.fullmatch(text) is not None


def looks_like_account_id(text: str) -> bool:
    """Whether the text can only be meant as an account id: digits alone, or digits as the console groups them."""
    return text.isdigit() or _AS_THE_CONSOLE_SHOWS_IT.fullmatch(text) is not None


def account_id(text: str) -> AccountId:
    """The text as an account id (1234-5678-9012 as well); raises BadInput when it has not twelve digits."""
    if _AS_THE_CONSOLE_SHOWS_IT.fullmatch(text):
        text = text.replace("-", "")
    if not is_account_id(text):
        digits = f"it has {len(text)} digits" if text.isdigit() else "it has other characters"
        raise BadInput(
            f"{text!r} is not an account id: {digits}",
            advice="An account id has exactly twelve digits, leading zeros included.",
        )
    return AccountId(text)


def root_arn(partition: str, account: AccountId) -> str:
    """The ARN of an account's root user, which is also the resource of sts:AssumeRoot."""
    return f"arn:{partition}:iam::{account}:root"


def account_of_arn(arn: str) -> AccountId | None:
    """The account that an ARN of a principal names, or None for any other text."""
    parts = arn.split(":", 5)
    return AccountId(parts[4]) if len(parts) == _ARN_PARTS and is_account_id(parts[4]) else None


def account_of_root_arn(arn: str) -> AccountId | None:
    """The account a root ARN names, or None for any other text."""
    match = _ROOT_ARN.fullmatch(arn)
    return AccountId(match.group(1)) if match else None
