"""Composing ``doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.app.accounts import choose_accounts
from rootwarden.errors import Interrupted
from rootwarden.model.diagnosis import Diagnosis, Probe, TaskAnswer
from rootwarden.model.purpose import PurposeName
from rootwarden.model.selection import Selection
from rootwarden.model.tasks import RootTask
from rootwarden.operations.doctor.evidence import Evidence
from rootwarden.operations.doctor.findings import findings
from rootwarden.operations.doctor.gates import skip_reason
from rootwarden.operations.doctor.gather import gather_caller, gather_places, gather_policies
from rootwarden.operations.doctor.judge import Judgement, judge
from rootwarden.operations.doctor.moves import leaving_moved_open
from rootwarden.operations.doctor.probe import accounts_to_probe, predictions, probe
from rootwarden.operations.setup.gather import gather_standing
from rootwarden.reports.doctor_report import doctor_report
from rootwarden.sessions.door import Work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rootwarden.app.accounts import Chosen
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.diagnosis import TaskDiagnosis
    from rootwarden.model.ids import AccountId
    from rootwarden.reports.report import Report

_PROBE = "doctor --probe"


def run_doctor(
    app: App, selection: Selection, tasks: Sequence[RootTask], *, probing: bool
) -> tuple[Report, int]:
    """The report of ``doctor`` and its exit code. No task named means all five."""
    clients = app.caller(PurposeName.DELEGATE)
    chosen = choose_accounts(app, clients, selection, changing=False, placing=True)
    evidence = gather_evidence(app, clients, chosen)
    wanted = tuple(dict.fromkeys(tasks)) or tuple(RootTask)
    judgement = judge(evidence, wanted)
    probes, interrupted = (None, False)
    if probing:
        predicting = judgement if RootTask.AUDIT in wanted else judge(evidence, (RootTask.AUDIT,))
        probes, interrupted = _probe(app, clients, chosen, predicting)
    diagnosis = Diagnosis(
        organization_id=chosen.organization.id,
        endpoint=clients.endpoint,
        region=evidence.region,
        accounts=judgement.accounts,
        findings=findings(judgement),
        unread=judgement.unread,
        policy_paths=len(accounts_to_probe(judgement.groups)),
        changes=judgement.changes,
        paths=evidence.places.paths,
        probes=probes,
        interrupted=interrupted,
    )
    return doctor_report(diagnosis), doctor_exit_code(diagnosis)


def readings_of(
    app: App, clients: CallerClients, accounts: Sequence[AccountId], task: RootTask = RootTask.AUDIT
) -> dict[AccountId, TaskDiagnosis]:
    """What features and policies make of a session in each of these accounts. Raises RootwardenError where nothing can be read."""
    selection = Selection(accounts=tuple(accounts))
    chosen = choose_accounts(app, clients, selection, changing=False, placing=True)
    judgement = judge(gather_evidence(app, clients, chosen), (task,))
    return {one.account.id: one.tasks[0] for one in judgement.accounts}


def gather_evidence(app: App, clients: CallerClients, chosen: Chosen) -> Evidence:
    """Reads everything: what is turned on and the directory as other commands do, then policies and the caller."""
    standing = gather_standing(clients)
    account = standing.caller.account_id
    placed = {one.id: one for one in chosen.directory.accounts if one.id == account}
    placed |= {one.id: one for one in chosen.accounts}
    places = gather_places(placed.values(), chosen.directory.units)
    reached = [
        places.lineages[one.id]
        for one in chosen.accounts
        if skip_reason(chosen.organization, chosen.excluded, one) is None
    ]
    bound = None if account == chosen.organization.management_account_id else places.lineages.get(account)
    policies = gather_policies(clients, reached, callers=(bound,) if bound else ())
    return Evidence(
        organization=chosen.organization,
        partition=clients.partition,
        region=clients.region,
        sts_region=app.settings.regions.sts or clients.region,
        accounts=tuple(chosen.accounts),
        excluded=chosen.excluded,
        trusted_access=standing.trusted_access,
        features=standing.features,
        caller=gather_caller(clients, standing.caller, standing.role),
        places=leaving_moved_open(clients, places),
        policies=policies,
    )


def _probe(
    app: App, clients: CallerClients, chosen: Chosen, judgement: Judgement
) -> tuple[tuple[Probe, ...], bool]:
    """What the probes met, and whether they were broken off."""
    accounts = accounts_to_probe(judgement.groups)
    work = Work(
        operation=_PROBE,
        accounts=tuple(one.id for one in accounts),
        tasks=(RootTask.AUDIT,),
        authority=app.for_reading(_PROBE),
    )
    found: dict[AccountId, Probe] = {}
    interrupted = False
    with app.door(clients, chosen.organization.id).begin(work) as run:
        try:
            for one in probe(run, accounts, predictions(judgement.accounts), at_once=app.concurrency):
                found[one.account.id] = one
        except Interrupted:  # raised after the last one
            interrupted = True
    return tuple(found[one.id] for one in accounts), interrupted


def doctor_exit_code(diagnosis: Diagnosis) -> int:
    """6 where something that decides could not be read, which wins over 1 for a block or a probe that met something else; else 0."""
    if diagnosis.interrupted:
        return Interrupted.exit_code
    probes = diagnosis.probes or ()
    if diagnosis.unread or any(one.met is TaskAnswer.DEPENDS for one in probes):
        return 6
    missed = any(one.agrees is False for one in probes)
    return 1 if missed or diagnosis.count(TaskAnswer.BLOCKED) else 0
