"""Failed sign-ins of the root users of several accounts."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.detection.bursts import stretches
from rootwarden.detection.gathering import is_sign_in
from rootwarden.detection.rule import Match, Rule
from rootwarden.model.detection import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection_event import Event

_PAUSE: Final = timedelta(days=7)
"""A campaign is slow: one that was reported in 2026 left organizations two tries each within a month."""
_ACCOUNTS: Final = 3
_ACCOUNTS_OF_ONE_ADDRESS: Final = 2


def _find(scene: Scene) -> Iterator[Match]:
    failed = [
        one.event
        for one in scene.judged
        if is_sign_in(one.event) and one.event.failed and one.verdict is not Verdict.EXPLAINED
    ]
    for stretch in stretches(failed, pause=_PAUSE):
        accounts = {one.account for one in stretch}
        if len(accounts) >= _ACCOUNTS or _of_one_address(stretch) >= _ACCOUNTS_OF_ONE_ADDRESS:
            origins = {one.address for one in stretch}
            text = f"{len(stretch)} root sign-ins failed in {len(accounts)} accounts, from {len(origins)} addresses."
            yield Match(stretch, text, anchor=stretch[0].id)


def _of_one_address(events: tuple[Event, ...]) -> int:
    """In how many accounts the busiest address tried."""
    accounts: dict[str, set[str]] = defaultdict(set)
    for event in events:
        accounts[event.address].add(event.account)
    return max(map(len, accounts.values()), default=0)


RULE = Rule(
    id="root-password-spray",
    severity=Severity.HIGH,
    title="Root passwords are being tried across the organization",
    techniques=("T1110.003",),
    why="A sprayer tries an account once or twice, so a count per account never gets anywhere; across the organization it shows.",
    next_step="Make sure that no account has a root password ('rootwarden audit'). The addresses of root users are known to whoever "
    "tries: change those that can be guessed ('rootwarden tasks root-email').",
    find=_find,
)
