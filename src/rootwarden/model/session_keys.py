"""The keys of a root session that is handed to a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.ids import AccountId
    from rootwarden.model.tasks import RootTask


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """What signs calls as root until it expires. Secret and token never appear in its text."""

    account: AccountId
    task: RootTask
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires: datetime
