"""IAM's organization calls: the two features of centralized root access.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOrganizationsFeatures.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call, Handler
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World
from rootwarden.model.features import RootFeature
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL

_ORDER = (RootFeature.ROOT_SESSIONS, RootFeature.ROOT_CREDENTIALS_MANAGEMENT)
"""The order AWS was seen to give."""


def list_features(world: World, call: Call) -> Mapping[str, Any]:
    """The features that are on; for the management account and IAM's delegated administrators."""
    _admit(world, call)
    return {
        "OrganizationId": world.organization.id,
        "EnabledFeatures": [feature.value for feature in _ORDER if feature in world.features],
    }


def enabler(feature: RootFeature) -> Handler:
    """The call that switches a feature on; the management account's alone."""

    def enable(world: World, call: Call) -> Mapping[str, Any]:
        _admit(world, call)
        if call.caller.account != world.organization.management_account_id:
            raise AwsAnswer(
                "CallerIsNotManagementAccountException",
                f"Caller account {call.caller.account} is not management account of the organization "
                "and cannot enable IAM features.",
            )
        world.features.add(feature)
        return list_features(world, call)

    return enable


def disabler(feature: RootFeature) -> Handler:
    """The call that switches a feature off, as often as it is made; a delegated administrator may, too."""

    def disable(world: World, call: Call) -> Mapping[str, Any]:
        _admit(world, call)
        world.features.discard(feature)
        return list_features(world, call)

    return disable


def _admit(world: World, call: Call) -> None:
    """What AWS refuses whoever the caller is allowed to be.

    The texts for no organization and for one without all features are inferred, and so is that a plain member learns of
    its place before it learns of trusted access.
    """
    organization, account = world.organization, call.caller.account
    if organization.account(account) is None:
        raise AwsAnswer(
            "OrganizationNotFoundException", f"Input account {account} is not part of an organization."
        )
    if organization.feature_set != "ALL":
        raise AwsAnswer(
            "OrganizationNotInAllFeaturesModeException",
            f"Organization of input account {account} is not in all features mode.",
        )
    if account != organization.management_account_id and not organization.is_delegate(
        account, IAM_SERVICE_PRINCIPAL
    ):
        raise AwsAnswer(
            "AccountNotManagementOrDelegatedAdministratorException",
            f"Input account {account} is neither management account nor delegated admin.",
        )
    if not organization.trusts(IAM_SERVICE_PRINCIPAL):
        raise AwsAnswer(
            "ServiceAccessNotEnabledException",
            f"Trusted Access for IAM not enabled by organization of input account {account}.",
        )


IAM_FEATURES: dict[str, Served] = {
    "ListOrganizationsFeatures": Served(list_features),
    "EnableOrganizationsRootCredentialsManagement": Served(enabler(RootFeature.ROOT_CREDENTIALS_MANAGEMENT)),
    "EnableOrganizationsRootSessions": Served(enabler(RootFeature.ROOT_SESSIONS)),
    "DisableOrganizationsRootCredentialsManagement": Served(
        disabler(RootFeature.ROOT_CREDENTIALS_MANAGEMENT)
    ),
    "DisableOrganizationsRootSessions": Served(disabler(RootFeature.ROOT_SESSIONS)),
}
