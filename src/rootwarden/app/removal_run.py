"""One run of a removal: leases, stages, evidence, and settling what earlier runs left open."""

from __future__ import annotations

import dataclasses
import getpass
import socket
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import platformdirs

from rootwarden.app.accounts import accounts_now
from rootwarden.app.age import check_age
from rootwarden.app.evidence_folder import EvidenceFolder
from rootwarden.app.protection import protection_now
from rootwarden.app.settle import earlier_root_work, settle_by_audit
from rootwarden.errors import Interrupted, LeaseLost, LedgerError, RootwardenError
from rootwarden.ledger.lease_keeper import LeaseKeeper
from rootwarden.ledger.leases import Held
from rootwarden.ledger.run_mark import RunMark
from rootwarden.ledger.store import entries
from rootwarden.model.audit import Details
from rootwarden.model.reason import Reason, local, reason_of
from rootwarden.model.tasks import RootTask
from rootwarden.operations.audit.gather import look_at
from rootwarden.operations.audit.judge import skip_reason
from rootwarden.operations.removal.account import refused
from rootwarden.operations.removal.apply import apply_plan
from rootwarden.operations.removal.earlier import earlier_runs
from rootwarden.operations.removal.plan_file import to_text
from rootwarden.operations.removal.stop import Stop
from rootwarden.operations.removal.terms import Terms
from rootwarden.operations.removal.waves import canary
from rootwarden.sessions.door import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from rootwarden.app.accounts import Chosen
    from rootwarden.app.context import App
    from rootwarden.app.removal import ApplyChoice
    from rootwarden.app.removal_plan import PlannedRemoval
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.model.removal import AccountRemoval
    from rootwarden.model.removal_outcome import AccountOutcome

_NOT_TRIED = local("not_tried", "not tried")


class RemovalRun:
    """Carries one confirmed plan out. The plan as a whole is leased, so that it is not applied twice at once."""

    def __init__(
        self,
        app: App,
        clients: CallerClients,
        planned: PlannedRemoval,
        choice: ApplyChoice,
        chosen: Chosen,
        *,
        filing: Callable[[EvidenceFolder, tuple[AccountOutcome, ...]], None],
        progress: Callable[[AccountOutcome], None],
    ) -> None:
        self._app = app
        self._clients = clients
        self._planned = planned
        self._choice = choice
        self._chosen = chosen
        self._filing = filing
        self._evidence: EvidenceFolder | None = None
        self._progress = progress
        self._recorder: Recorder = app.recorder(clients, chosen.organization.id)
        plan = app.for_plan(planned.plan_hash, choice.command)
        self._authority = dataclasses.replace(plan, exception_id=choice.closing)
        self._stop = Stop(after_failures=choice.stop_after)
        self._outcomes: dict[AccountId, AccountOutcome] = {}

    def carry_out(
        self, ask: Callable[[str], bool] | None
    ) -> tuple[tuple[AccountOutcome, ...], RootwardenError | None]:
        """The outcomes of all accounts in the plan's order, and what stopped the run before its end.

        Raises LeaseLost when another run applies the same plan, and LedgerError where nothing was begun.
        """
        with RunMark(marks_folder()) as mark:
            leases = LeaseKeeper(self._recorder.store, mark, who(), clock=self._app.clock)
            with ExitStack() as held:
                self._hold_plan(leases, held)
                if self._choice.evidence:
                    self._evidence = EvidenceFolder(self._choice.evidence, to_text(self._planned.plan))
                stopped = self._stages(leases, held, ask)
                outcomes = self._in_order(stopped)
                if self._evidence:
                    self._filing(self._evidence, outcomes)
        return outcomes, stopped

    def _hold_plan(self, leases: LeaseKeeper, held: ExitStack) -> None:
        """Takes the lease on the plan. Raises LeaseLost where another run has it."""
        taken = leases.take(f"plan:{self._planned.plan_hash}")
        if isinstance(taken, Held):
            raise LeaseLost(
                f"{taken.by.owner} applies this plan, until {taken.by.ends:%H:%M:%SZ} at the latest",
                advice="Wait until that run is over; the same command then says what is left.",
            )
        self._lease = held.enter_context(taken)

    def _in_order(self, stopped: RootwardenError | None) -> tuple[AccountOutcome, ...]:
        reason = self._stop.reason or (reason_of(stopped) if stopped else _NOT_TRIED)
        return tuple(
            self._outcomes.get(one.account) or refused(one, reason) for one in self._planned.plan.accounts
        )

    def _stages(
        self, leases: LeaseKeeper, held: ExitStack, ask: Callable[[str], bool] | None
    ) -> RootwardenError | None:
        left_open = earlier_root_work(self._recorder)
        stopped = self._canary_and_others(leases, held, ask)
        if not isinstance(stopped, LedgerError):
            rows = [one.after for one in self._outcomes.values() if one.after]
            settle_by_audit(self._recorder, left_open, rows)
        return stopped

    def _canary_and_others(
        self, leases: LeaseKeeper, held: ExitStack, ask: Callable[[str], bool] | None
    ) -> RootwardenError | None:
        accounts = self._planned.plan.accounts
        first, others = canary(accounts, self._choice.canary or len(accounts))
        terms = self._terms(leases)
        passed = {one.account for one in first} <= terms.earlier.complete
        stopped = self._stage(terms, first)
        if stopped or not others:
            return stopped
        if passed:
            return self._stage(terms, others)
        reason = self._after_canary(first, others, ask)
        if reason:
            self._outcomes |= {one.account: refused(one, self._stop.reason or reason) for one in others}
            return None
        try:
            terms = self._terms_after_answer(leases, held)
        except RootwardenError as error:
            return error
        return self._stage(terms, others)

    def _terms_after_answer(self, leases: LeaseKeeper, held: ExitStack) -> Terms:
        """What holds by now: an answer may take hours, and meanwhile leases end, and waivers, exceptions and accounts change.

        Raises RefusedByRule for a plan that grew too old, LeaseLost, AwsError, LedgerError.
        """
        check_age(self._app, self._planned.plan.made, "the plan")
        try:
            self._lease.renew()
        except LeaseLost:
            self._hold_plan(leases, held)
        self._chosen = accounts_now(
            self._app, self._clients, [one.account for one in self._planned.plan.accounts]
        )
        return self._terms(leases)

    def _after_canary(
        self,
        first: Sequence[AccountRemoval],
        others: Sequence[AccountRemoval],
        ask: Callable[[str], bool] | None,
    ) -> Reason | None:
        """Why the other accounts are not worked on now, or None."""
        good = sum(self._outcomes[one.account].complete for one in first)
        if good < len(first):
            return local(
                "canary_failed",
                f"not tried: the canary came out well in {good} of {len(first)} accounts only",
            )
        if ask is None:
            return local("canary", "not tried yet: stopped after the canary; the same command again goes on")
        accounts = "account" if len(others) == 1 else "accounts"
        if ask(f"The canary came out well. Go on with the other {len(others)} {accounts}?"):
            return None
        return local("canary", "not tried: not confirmed after the canary; the same command again goes on")

    def _stage(self, terms: Terms, accounts: Sequence[AccountRemoval]) -> RootwardenError | None:
        """Works on these accounts under one intent; what stopped it before its end. Raises LedgerError where nothing was begun."""
        work = Work(
            operation=self._choice.command,
            accounts=tuple(one.account for one in accounts),
            tasks=(RootTask.DELETE, RootTask.AUDIT),
            authority=self._authority,
            items=tuple(f"{one.account}:{item.name}" for one in accounts for item in one.items),
        )
        try:
            with self._app.door(self._clients, self._chosen.organization.id).begin(work) as run:
                self._run = run
                try:
                    with closing(
                        apply_plan(run, accounts, terms, self._stop, at_once=self._app.concurrency)
                    ) as outcomes:
                        for outcome in outcomes:
                            self._take(outcome)
                except Interrupted as error:  # raised after the last outcome
                    return error
        except RootwardenError as error:
            if not self._outcomes:
                raise
            return error
        return None

    def _take(self, outcome: AccountOutcome) -> None:
        """Keeps an outcome; what goes wrong in that ends the run, and loses no outcome of the others."""
        self._outcomes[outcome.account] = outcome
        self._progress(outcome)
        try:
            if self._evidence and outcome.after:
                self._evidence.after(outcome.after)
            self._lease.keep()
        except RootwardenError as error:
            self._stop.because(reason_of(error), error)

    def _terms(self, leases: LeaseKeeper) -> Terms:
        by_id = {account.id: account for account in self._chosen.accounts}
        now = self._app.clock()
        protection = protection_now(
            self._app, self._clients, self._chosen.organization.id, now=now, closing=self._choice.closing
        )

        def look(account: AccountId) -> AuditRow:
            return look_at(self._run, by_id[account], Details.AUTO)

        return Terms(
            look=look,
            leases=leases,
            keep_used_within_days=self._planned.plan.keep_used_within_days,
            refusals=self._refusals(by_id, protection.accounts),
            protection=protection,
            earlier=earlier_runs(entries(self._recorder.store), self._planned.plan_hash),
            before=self._evidence.before if self._evidence else None,
            now=self._app.clock,
        )

    def _refusals(
        self, by_id: Mapping[AccountId, Account], excepted: Mapping[AccountId, Reason]
    ) -> dict[AccountId, Reason]:
        """The plan's accounts that must be left alone by now, and why."""
        management = self._chosen.organization.management_account_id
        found = {}
        for planned in self._planned.plan.accounts:
            account = by_id.get(planned.account)
            reason = (
                skip_reason(account, management, self._chosen.excluded)
                if account
                else local(
                    "not_in_organization", "the account has left the organization since the plan was made"
                )
            )
            if reason or planned.account in excepted:
                found[planned.account] = reason or excepted[planned.account]
        return found


def marks_folder() -> Path:
    """Where this machine's runs say that they are alive."""
    return platformdirs.user_state_path("rootwarden", appauthor=False) / "runs"


def who() -> str:
    """For people who meet a lease of ours."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name for this user id
        user = "somebody"
    return f"{user} on {socket.gethostname()}"
