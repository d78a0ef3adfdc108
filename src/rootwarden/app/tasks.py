"""Composing ``tasks``: the catalogue, and one runbook with this organization's ids in it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from rootwarden.aws.caller_identity import get_caller
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import AwsError, RootwardenError
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL
from rootwarden.model.purpose import PurposeName
from rootwarden.model.root_only_task import Places
from rootwarden.model.root_only_tasks import ROOT_ONLY_TASKS, root_only_task_named
from rootwarden.reports.root_only_task_report import catalogue_report, runbook_report

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.reports.report import Report

_NOT_FILLED_IN: Final = "words in capitals stand for ids that could not be read"


def run_tasks() -> Report:
    """Every root-only task; asks AWS nothing."""
    return catalogue_report(tuple(ROOT_ONLY_TASKS.values()))


def run_task(app: App, name: str) -> Report:
    """The runbook of one task, with the ids that can be read; raises BadInput with near matches for a name there is not."""
    task = root_only_task_named(name)
    app.may_ask = False  # a runbook is worth no MFA code
    places = Places()
    try:
        clients = app.caller(PurposeName.DELEGATE)
        places = _known(app, clients, places)
    except RootwardenError as error:
        app.notes.append(f"{_NOT_FILLED_IN}: {error.message.rstrip('.')}")
    return runbook_report(task, places)


def _known(app: App, clients: CallerClients, places: Places) -> Places:
    """The places as far as this caller sees them. Raises RootwardenError where it sees none."""
    get_caller(clients.client("sts"))
    organizations = Organizations(clients.client("organizations"))
    organization = organizations.describe()
    app.check_organization(organization.id)
    places = dataclasses.replace(
        places,
        management_account=organization.management_account_id,
        sts_region=app.settings.regions.sts or clients.region,
        partition=clients.partition.name,
    )
    try:
        delegates = organizations.delegated_administrators(IAM_SERVICE_PRINCIPAL)
    except AwsError as error:
        app.notes.append(f"{_NOT_FILLED_IN}: {error.message.rstrip('.')}")
        return places
    if not delegates:
        app.notes.append(
            "there is no delegated administrator for IAM: 'rootwarden enable --delegate' names one"
        )
        return places
    return dataclasses.replace(places, delegate=" or ".join(delegates))
