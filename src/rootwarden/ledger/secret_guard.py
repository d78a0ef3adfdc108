"""Keeps secrets out of the ledger: an entry is never deleted, so a secret in it could never be taken back.

Looks at names (``SecretAccessKey``, ``session_token``, ``password`` ...) and at the shapes of AWS secret access keys, session
tokens and private keys (``model.secret_shapes``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rootwarden.errors import SecretRefused
from rootwarden.ledger.canonical import Json
from rootwarden.model.secret_shapes import (
    LONG_BASE64,
    PRIVATE_KEY,
    REMOVED,
    SECRET_KEY,
    is_mixed,
    looks_random,
)

_SECRET_NAMES: Final = (
    "secret",
    "secretkey",
    "secretaccesskey",
    "token",
    "password",
    "passphrase",
    "privatekey",
    "authorization",
)
_NAMED_SECRET: Final = re.compile(
    r"(?i)(secret_?access_?key|session_?token|security_?token)[\"']?\s*[=:]\s*[\"']?[A-Za-z0-9/+]{16}[A-Za-z0-9/+=_-]*"
)
_REFERENCE: Final = re.compile(r"(arn:|https?://)\S+")


def refuse_secrets(content: Json, where: str = "content") -> None:
    """Raises SecretRefused, which names the place and never the value, for content that looks like a secret."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            place = f"{where}.{key}"
            if _is_secret_name(key) and _holds_text(value):
                raise _refusal(place, "its name says that it holds a secret")
            _refuse_shape(key, f"a key of {where}")
            refuse_secrets(value, place)
    elif isinstance(content, str):
        _refuse_shape(content, where)
    elif isinstance(content, (list, tuple)):
        for index, item in enumerate(content):
            refuse_secrets(item, f"{where}[{index}]")


def without_secrets(text: str) -> str:
    """The text with everything that ``refuse_secrets`` would refuse taken out.

    For AWS's own words: an outcome has to be written, and a message of AWS's may hold an encoded authorization failure that looks
    like a token.
    """
    if PRIVATE_KEY.search(text):
        return REMOVED
    text = _NAMED_SECRET.sub(REMOVED, text)
    text = LONG_BASE64.sub(lambda run: REMOVED if is_mixed(run.group()) else run.group(), text)
    if _REFERENCE.fullmatch(text):
        return text
    return SECRET_KEY.sub(lambda run: REMOVED if looks_random(run.group()) else run.group(), text)


def _is_secret_name(key: str) -> bool:
    bare = re.sub(r"[^a-z0-9]", "", key.lower())
    return bare.removesuffix("s").endswith(_SECRET_NAMES)


def _holds_text(value: Json) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds_text(item) for item in value)
    return isinstance(value, str) and value != ""


def _refuse_shape(text: str, where: str) -> None:
    if PRIVATE_KEY.search(text) or _NAMED_SECRET.search(text):
        raise _refusal(where, "it spells out a secret")
    if any(is_mixed(run) for run in LONG_BASE64.findall(text)):
        raise _refusal(where, "it looks like a session token")
    if _REFERENCE.fullmatch(text):
        return  # a path in an ARN or a URL may have forty characters that mean nothing
    if any(looks_random(run) for run in SECRET_KEY.findall(text)):
        raise _refusal(where, "it looks like an AWS secret access key")


def _refusal(where: str, why: str) -> SecretRefused:
    return SecretRefused(
        f"the ledger will not hold {where}: {why}",
        advice="Leave secrets out of reasons, tickets and results. If it is none, word it differently.",
    )
