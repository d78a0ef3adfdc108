"""The block of an AWS profile whose credentials come from ``session --format credential-process``."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rootwarden.app.ledger import LEDGER_VARIABLE
from rootwarden.app.session import account_for_sessions
from rootwarden.errors import BadInput
from rootwarden.model.purpose import PurposeName
from rootwarden.reports.session_keys import KeyFormat, profile_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.app.context import App
    from rootwarden.app.session import SessionRequest

_MARK: Final = "ROOTWARDEN_IN_CREDENTIAL_PROCESS"
_PROFILES: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")


def session_profile(app: App, request: SessionRequest) -> str:
    """The profile for an account and task; opens no session. Raises as choosing an account does."""
    caller = _caller(app)
    clients = app.caller(PurposeName.DELEGATE)
    account = account_for_sessions(app, clients, request.account).account.id
    given = {
        "--duration": None if request.seconds is None else str(request.seconds),
        "--profile": caller,
        "--region": clients.region if app.choices.region else None,
        "--endpoint-url": app.choices.endpoint_url,
        "--config": str(app.settings.source.absolute()) if app.settings.source else None,
        "--ledger": app.choices.ledger or os.environ.get(LEDGER_VARIABLE),
    }
    options = [part for name, value in given.items() if value for part in (name, value)]
    process = [
        *_program(),
        "session",
        account,
        *("--task", request.task.value),
        *("--format", KeyFormat.CREDENTIAL_PROCESS.value),
        *options,
    ]
    places = clients.places()
    settings = {"region": clients.region, "sts_regional_endpoints": "regional"}
    if "AWS_ENDPOINT_URL" in places:
        settings["endpoint_url"] = places["AWS_ENDPOINT_URL"]
    return profile_block(f"root-{account}-{request.task.value}", process, settings)


def _caller(app: App) -> str | None:
    """The caller's profile by name; None where the configuration names the caller.

    AWS_PROFILE will be the new profile's own name where that is in use, so the process must not rely on it.
    """
    purpose = app.settings.purposes.of(PurposeName.DELEGATE)
    if app.choices.profile is None and purpose is not None and (purpose.profile or purpose.source_profile):
        return None
    named = app.choices.profile or next((os.environ[one] for one in _PROFILES if os.environ.get(one)), None)
    if named is None:
        raise BadInput(
            "the profile has to name the caller, and nothing says which profile that is",
            advice="Give --profile NAME, or name purposes.delegate.profile in the configuration.",
        )
    return named


def _program() -> list[str]:
    """This program by a path that holds wherever the process is started."""
    found = shutil.which(sys.argv[0]) if Path(sys.argv[0]).name == "rootwarden" else None
    return [str(Path(found).absolute())] if found else [sys.executable, "-m", "rootwarden"]


@contextmanager
def not_by_itself() -> Iterator[None]:
    """Marks this process for those it starts, so that a profile whose caller is the profile itself does not go round for ever.

    Raises BadInput where this is such a round.
    """
    if os.environ.get(_MARK):
        raise BadInput(
            "the profile's caller is the profile itself",
            advice="Give --profile NAME of the delegated administrator in its credential_process ('session --print-profile' does).",
        )
    os.environ[_MARK] = "1"
    try:
        yield
    finally:
        del os.environ[_MARK]
