"""Composing ``init``."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path

from rootwarden.app.context import App, Choices
from rootwarden.app.files import write_private
from rootwarden.errors import BadInput, NoRegion, RootwardenError
from rootwarden.model.features import CallerRole
from rootwarden.model.organization import NO_ORGANIZATION, Organization
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reading import Reading, Seen
from rootwarden.operations.setup.gather import gather_standing
from rootwarden.settings import CONFIG_VARIABLE, Settings, config_template, default_location

_PURPOSES_BY_ROLE = {
    CallerRole.MANAGEMENT: (PurposeName.MANAGEMENT_READ, PurposeName.MANAGEMENT_DEPLOY),
    CallerRole.DELEGATED_ADMINISTRATOR: (PurposeName.DELEGATE,),
    CallerRole.MEMBER: (),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A configuration to write, and what was found out on the way."""

    text: str
    notes: tuple[str, ...]


def propose_configuration(choices: Choices) -> Proposal:
    """A commented configuration with the organization, Region and profile that can be seen, and every other key commented out."""
    app = App(dataclasses.replace(choices, config=None), Settings())
    try:
        clients = app.caller(PurposeName.MANAGEMENT_READ)
        standing = gather_standing(clients)
    except BadInput as error:
        if not isinstance(error, NoRegion):
            raise
        return Proposal(config_template(), (f"Nothing was looked up: {error.message}.",))
    except RootwardenError as error:
        return Proposal(config_template(region=choices.region), (f"Nothing was looked up: {error.message}.",))
    organization = standing.organization.value.id if isinstance(standing.organization, Seen) else None
    purposes = _PURPOSES_BY_ROLE[standing.role] if standing.role else ()
    profile = choices.profile or os.environ.get("AWS_PROFILE")
    profiles = dict.fromkeys(purposes, profile) if profile else {}
    role = standing.role.value.replace("_", " ") if standing.role else "role not known"
    found = f"Found {_named(standing.organization)}, caller {standing.caller.arn} ({role})."
    text = config_template(organization_id=organization, region=clients.region, profiles=profiles)
    return Proposal(text, (*(f"{note}." for note in app.notes), found))


def _named(organization: Reading[Organization]) -> str:
    """The organization in words; one that could not be read is not none."""
    if isinstance(organization, Seen):
        return f"organization {organization.value.id}"
    reason = organization.reason
    if reason.code == NO_ORGANIZATION:
        return "no organization"
    return f"an organization that could not be read ({reason.code}: {reason.text.rstrip('.')})"


def write_configuration(proposal: Proposal, named: Path | None, *, force: bool) -> Path:
    """Writes the configuration where the program will look for it; raises BadInput where one is already and ``force`` is not given."""
    variable = os.environ.get(CONFIG_VARIABLE)
    path = (named or (Path(variable) if variable else default_location())).expanduser().absolute()
    if path.exists() and not force:
        raise BadInput(f"{path} is there already", advice="Edit it, or replace it with --force.")
    if path == default_location():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, proposal.text)
    return path
