"""Deploying a temporary exemption, and taking it back: each with a look before and a look after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.aws.organization_policies import OrganizationPolicies, OrganizationPolicyWriter
from rootwarden.errors import AwsError, NotFound, Unreachable
from rootwarden.model.outcome import Done, Failed, NothingToDo, Refused, Unknown
from rootwarden.model.reason import local, reason_of
from rootwarden.operations.recovery.restore import same_document, without_exemption

if TYPE_CHECKING:
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.outcome import Outcome
    from rootwarden.model.recovery_exception import TemporaryExemption


def deploy(clients: CallerClients, exemption: TemporaryExemption) -> Outcome:
    """Puts the exemption in the place of the policy it was planned from; refused where that is another one by now."""
    try:
        now = _now(clients, exemption)
    except AwsError as error:
        return Failed(reason_of(error))
    if same_document(now, exemption.after):
        return NothingToDo(local("deployed", "the policy has the exemption already"))
    if not same_document(now, exemption.before):
        text = f"the policy {exemption.policy_name} has changed since the exemption was planned"
        return Refused(local("changed", text))
    return _put(clients, exemption, exemption.after)


def take_back(clients: CallerClients, exemption: TemporaryExemption, arn: str) -> Outcome:
    """Takes the exemption of the root user ``arn`` out of the policy, and leaves what others changed in it meanwhile."""
    try:
        now = _now(clients, exemption)
        wanted = without_exemption(now, exemption, arn)
    except NotFound as error:
        return NothingToDo(reason_of(error))
    except AwsError as error:
        return Failed(reason_of(error))
    except ValueError as error:
        return Failed(local("malformed_policy", f"the policy cannot be read: {error}"))
    if wanted is None:
        return NothingToDo(local("absent", "the policy has no such exemption any more"))
    return _put(clients, exemption, wanted)


def is_deployed(clients: CallerClients, exemption: TemporaryExemption, arn: str) -> bool:
    """Whether the policy has the exemption now. Raises AwsError, and ValueError for what is no policy document."""
    try:
        return without_exemption(_now(clients, exemption), exemption, arn) is not None
    except NotFound:
        return False


def _now(clients: CallerClients, exemption: TemporaryExemption) -> str:
    return OrganizationPolicies(clients.client("organizations")).document(exemption.policy_id)


def _put(clients: CallerClients, exemption: TemporaryExemption, wanted: str) -> Outcome:
    try:
        OrganizationPolicyWriter(clients.client("organizations")).replace(exemption.policy_id, wanted)
    except Unreachable as error:  # it may have taken effect: the look tells
        return Done() if _is_there(clients, exemption, wanted) else Unknown(reason_of(error))
    except AwsError as error:
        return Failed(reason_of(error))
    if _is_there(clients, exemption, wanted):
        return Done()
    return Unknown(local("not_confirmed", "AWS took the policy, and does not show it: look again"))


def _is_there(clients: CallerClients, exemption: TemporaryExemption, wanted: str) -> bool:
    try:
        return same_document(_now(clients, exemption), wanted)
    except AwsError:
        return False
