"""Giving rows the OU paths of their accounts, which may become known only after the accounts were read."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from rootwarden.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rootwarden.app.accounts import Chosen
    from rootwarden.app.context import App
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.audit_change import Difference


class Placing:
    """The OU paths of one choice of accounts. From one thread only."""

    def __init__(self, app: App, chosen: Chosen) -> None:
        self._app = app
        self._chosen = chosen
        self._failed = False

    @property
    def known(self) -> bool:
        """Whether a path can be given without waiting, or never will be."""
        return self._failed or self._chosen.placed()

    def __call__(self, row: AuditRow, *, wait: bool) -> AuditRow:
        """The row in its OU; ``wait`` until the OUs are read. Where they cannot be, the row stays as it is: what was read counts."""
        if self._failed or row.account.ou_path is not None:
            return row
        try:
            return replace(row, account=self._chosen.place(row.account, wait=wait))
        except AwsError as error:
            self._failed = True
            self._app.notes.append(f"OU paths are not shown: {error.code}: {error.text}")
            return row


class PlacedStream:
    """Gives rows on as they come, in their OUs: those that come before the OUs are read wait for them."""

    def __init__(self, placing: Placing, out: Callable[[AuditRow, Difference | None], None]) -> None:
        self._placing = placing
        self._out = out
        self._held: deque[tuple[AuditRow, Difference | None]] = deque()

    def take(self, row: AuditRow, change: Difference | None) -> None:
        """Takes a row and what changed about it."""
        self._held.append((row, change))
        if self._placing.known:
            self.finish(wait=True)

    def finish(self, *, wait: bool) -> None:
        """Gives on what is held."""
        while self._held:
            row, change = self._held.popleft()
            self._out(self._placing(row, wait=wait), change)
