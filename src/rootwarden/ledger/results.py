"""What came of an intent, account by account and item by item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rootwarden.ledger.canonical import Json
from rootwarden.ledger.entry import format_time
from rootwarden.ledger.secret_guard import without_secrets
from rootwarden.model.ids import AccountId
from rootwarden.model.outcome import Done, Failed, NothingToDo, Outcome, Refused, Unknown
from rootwarden.model.reason import Reason

UNKNOWN: Final = "unknown"
"""The one outcome that settles nothing: somebody has to look at AWS."""

_WORDS: Final[Mapping[type[Outcome], str]] = {
    Done: "done",
    NothingToDo: "nothing_to_do",
    Refused: "refused",
    Failed: "failed",
    Unknown: UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Result:
    """One line of an outcome."""

    outcome: str
    """A word of the command contract: ``done``, ``removed``, ``clean``, ``failed``, ``unknown`` ..."""
    account: AccountId | None = None
    """None for a change of the organization's set-up."""
    item: str | None = None
    """What it was about: an access key id, a step's name; None for the account as a whole."""
    reason: Reason | None = None
    request_ids: tuple[str, ...] = ()
    """AWS request ids, which lead to the CloudTrail events."""
    access_key_id: str | None = None
    """Of the root session; its secret and token never come here."""
    session_expires: datetime | None = None
    details: Mapping[str, Json] | None = None
    """Whatever else an auditor should see."""

    def as_json(self) -> dict[str, Json]:
        """The line as an entry holds it; what is not known is left out."""
        line: dict[str, Json | None] = {
            "outcome": self.outcome,
            "account": self.account,
            "item": self.item,
            "reason": _reason(self.reason) if self.reason else None,
            "request_ids": list(self.request_ids) or None,
            "access_key_id": self.access_key_id,
            "session_expires": format_time(self.session_expires) if self.session_expires else None,
            "details": self.details,
        }
        return {key: value for key, value in line.items() if value is not None}


def _reason(reason: Reason) -> dict[str, Any]:
    # The call was made, so its outcome has to be written, whatever AWS's text holds.
    return {**reason.as_json(), "text": without_secrets(reason.text)}


def result_of(
    outcome: Outcome,
    *,
    account: AccountId | None = None,
    item: str | None = None,
    request_ids: tuple[str, ...] = (),
    access_key_id: str | None = None,
    session_expires: datetime | None = None,
) -> Result:
    """The line for an outcome value, with its word and its reason."""
    reason = None if isinstance(outcome, Done) else outcome.reason
    if not request_ids and reason is not None and reason.request_id is not None:
        request_ids = (reason.request_id,)
    return Result(_WORDS[type(outcome)], account, item, reason, request_ids, access_key_id, session_expires)


def lines_of(content: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The result lines an entry's content holds; none for an intent. Tolerates what another program wrote."""
    result = content.get("result")
    return (
        tuple(line for line in result if isinstance(line, Mapping))
        if isinstance(result, (list, tuple))
        else ()
    )
