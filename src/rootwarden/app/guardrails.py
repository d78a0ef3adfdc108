"""Composing ``guardrails list`` and ``render``: the parameters, filled in from the organization where they can be."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from rootwarden.app.accounts import choose_accounts
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import AwsError, BadInput, NoRegion, RootwardenError
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL, account_id
from rootwarden.model.purpose import PurposeName
from rootwarden.model.selection import pieces
from rootwarden.policy.guardrails.catalog import GUARDRAILS, guardrail_named, rendered
from rootwarden.policy.guardrails.parameters import OPTION_OF, Parameters
from rootwarden.reports.guardrail_report import (
    GuardrailFormat,
    guardrail_list_report,
    guardrail_report,
    guardrail_text,
)

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.model.ids import AccountId
    from rootwarden.model.selection import Selection
    from rootwarden.policy.guardrails.catalog import Rendered
    from rootwarden.policy.guardrails.guardrail import Guardrail
    from rootwarden.reports.report import Report


def run_guardrails_list() -> Report:
    """The catalogue; asks AWS nothing."""
    return guardrail_list_report(GUARDRAILS.values())


def run_guardrails_render(
    app: App, name: str, selection: Selection, given: Parameters, chosen: GuardrailFormat
) -> tuple[Report, str]:
    """One guardrail, proven, as a report with its proof and as the text to use.

    Raises BadInput for a name or parameters that cannot be meant, and RefusedByRule where a claim does not hold.
    """
    made = render_guardrail(app, guardrail_named(name), selection, given)
    app.notes += made.warnings
    return guardrail_report(made, chosen), guardrail_text(made, chosen)


def render_guardrail(app: App, guardrail: Guardrail, selection: Selection, given: Parameters) -> Rendered:
    """The guardrail for the parameters given, the selection, and what AWS knows of the organization."""
    _check_taken(guardrail, selection, given)
    if "accounts" in guardrail.takes:
        given = dataclasses.replace(given, accounts=_accounts(app, selection))
    return rendered(guardrail, _filled_in(app, guardrail, given))


def _check_taken(guardrail: Guardrail, selection: Selection, given: Parameters) -> None:
    """Raises BadInput for a parameter that would be without effect: a limit somebody relies on, and is not there."""
    plain = Parameters()
    named = [field.name for field in dataclasses.fields(given) if field.name in OPTION_OF]
    lost = [
        name for name in named if name not in guardrail.takes and getattr(given, name) != getattr(plain, name)
    ]
    if not selection.said_nothing and "accounts" not in guardrail.takes:
        lost.append("accounts")
    if lost:
        takes = ", ".join(OPTION_OF[name] for name in guardrail.takes) or "no parameters"
        raise BadInput(
            f"guardrail {guardrail.name} does not take {', '.join(OPTION_OF[name] for name in lost)}",
            advice=f"It takes {takes}.",
        )


def _accounts(app: App, selection: Selection) -> tuple[AccountId, ...]:
    """The accounts it is limited to; none where every one is meant."""
    if selection.said_nothing or (selection.everything and not selection.exclude):
        return ()
    if selection.ids is not None and not selection.exclude:
        # Ids alone need no organization. Half an id is no id: left out it would widen the policy to every account.
        parts = (part for text in selection.accounts for part in pieces(text) or (text,))
        return tuple(dict.fromkeys(map(account_id, parts)))
    chosen = choose_accounts(app, app.caller(PurposeName.DELEGATE), selection, changing=False)
    manager = chosen.organization.management_account_id
    found = tuple(one.id for one in chosen.accounts if one.id != manager and one.id not in chosen.excluded)
    if not found:
        raise BadInput(
            "the selection holds no account that a root session can be opened in", advice="Choose others."
        )
    return found


def _filled_in(app: App, guardrail: Guardrail, given: Parameters) -> Parameters:
    """The parameters with the organization's ids, where they are needed and can be read."""
    if given.organization is None and "organization" in guardrail.takes:
        given = dataclasses.replace(given, organization=app.settings.organization_id)
    wanted = {"organization", "management", "delegate"} & set(guardrail.needs)
    if all(getattr(given, name) for name in wanted):
        return given
    app.may_ask = False  # a policy is worth no MFA code
    try:
        return _with_ids(app, given)
    except RootwardenError as error:
        if isinstance(error, BadInput) and not isinstance(error, NoRegion):
            raise
        app.notes.append(f"the organization's ids could not be read: {error.message.rstrip('.')}")
        return given


def _with_ids(app: App, given: Parameters) -> Parameters:
    clients = app.caller(PurposeName.DELEGATE)
    organizations = Organizations(clients.client("organizations"))
    found = organizations.describe()
    app.check_organization(found.id)
    delegate = given.delegate
    if delegate is None:
        try:
            delegates = organizations.delegated_administrators(IAM_SERVICE_PRINCIPAL)
        except AwsError as error:
            app.notes.append(f"the delegated administrator could not be read: {error.message.rstrip('.')}")
            delegates = ()
        delegate = delegates[0] if len(delegates) == 1 else None
    return dataclasses.replace(
        given,
        partition=clients.partition.name,
        organization=given.organization or found.id,
        management=given.management or found.management_account_id,
        delegate=delegate,
    )
