"""IAM's organization calls in the emulator: who may switch what, and what the refusals say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account, small
from rootwarden.emulator.org_file import OrganizationFile, PrincipalSpec

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

Refusal = Callable[..., tuple[str, str, int]]

IAM = "iam.amazonaws.com"
MEMBER = "444444444444"
STANDALONE = "131313131313"
BOTH = {"RootCredentialsManagement", "RootSessions"}
CALLS = (
    "list_organizations_features",
    "enable_organizations_root_credentials_management",
    "enable_organizations_root_sessions",
    "disable_organizations_root_credentials_management",
    "disable_organizations_root_sessions",
)
ENABLING = CALLS[1:3]


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    """Trusted access and a delegate, no feature yet."""
    deny = {"Effect": "Deny", "Action": "iam:ListOrganizationsFeatures", "Resource": "*"}
    allow = {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}
    on_root = {**allow, "Resource": f"arn:aws:iam::{MANAGEMENT}:root"}

    def role(name: str, *statements: dict[str, str]) -> PrincipalSpec:
        document: Any = {"Version": "2012-10-17", "Statement": list(statements)}
        return PrincipalSpec(account=MANAGEMENT, name=name, policies=(document,))

    organization = small().model_copy(
        update={
            "trusted_services": (IAM,),
            "delegated_administrators": {SECURITY: (IAM,)},
            "standalone_accounts": (account(STANDALONE, "Elsewhere"),),
            "principals": (role("refused", allow, deny), role("on-root", on_root)),
        }
    )
    started: Emulator = rootwarden_organization(organization)
    return started


def features(answer: dict[str, Any]) -> set[str]:
    assert answer["OrganizationId"].startswith("o-")
    return set(answer["EnabledFeatures"])


def test_features_go_on_and_off_independently_and_repeat_quietly(emulator: Emulator, client_of: Any) -> None:
    iam = client_of(emulator, "iam")
    assert features(iam.list_organizations_features()) == set()
    for _ in range(2):
        assert features(iam.enable_organizations_root_sessions()) == {"RootSessions"}
    assert features(iam.enable_organizations_root_credentials_management()) == BOTH
    for _ in range(2):
        left = iam.disable_organizations_root_sessions()
        assert features(left) == {"RootCredentialsManagement"}
    assert features(iam.list_organizations_features()) == {"RootCredentialsManagement"}


def test_without_trusted_access_every_call_is_refused_and_the_flags_are_kept(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    iam = client_of(emulator, "iam")
    iam.enable_organizations_root_sessions()
    since = emulator.world.organization.trusted.pop(IAM)
    text = f"Trusted Access for IAM not enabled by organization of input account {MANAGEMENT}."
    for call in CALLS:
        assert refusal_of(getattr(iam, call)) == ("ServiceAccessNotEnabledException", text, 400)
    emulator.world.organization.trusted[IAM] = since
    assert features(iam.list_organizations_features()) == {"RootSessions"}


def test_the_delegate_reads_and_disables_but_does_not_enable(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    client_of(emulator, "iam").enable_organizations_root_sessions()
    iam = client_of(emulator, "iam", "emulator-security")
    text = f"Caller account {SECURITY} is not management account of the organization and cannot enable IAM features."
    for call in ENABLING:
        assert refusal_of(getattr(iam, call)) == ("CallerIsNotManagementAccountException", text, 400)
    assert features(iam.list_organizations_features()) == {"RootSessions"}
    assert features(iam.disable_organizations_root_sessions()) == set()


@pytest.mark.parametrize("call", CALLS)
def test_a_plain_member_is_refused(
    emulator: Emulator, client_of: Any, refusal_of: Refusal, call: str
) -> None:
    iam = client_of(emulator, "iam", f"emulator-{MEMBER}")
    text = f"Input account {MEMBER} is neither management account nor delegated admin."
    expected = ("AccountNotManagementOrDelegatedAdministratorException", text, 400)
    assert refusal_of(getattr(iam, call)) == expected


@pytest.mark.parametrize("call", CALLS)
def test_an_account_without_organization_is_refused(
    emulator: Emulator, client_of: Any, refusal_of: Refusal, call: str
) -> None:
    iam = client_of(emulator, "iam", f"emulator-{STANDALONE}")
    assert refusal_of(getattr(iam, call))[::2] == ("OrganizationNotFoundException", 400)


def test_consolidated_billing_is_not_enough(
    rootwarden_organization: Any, client_of: Any, refusal_of: Refusal
) -> None:
    organization = OrganizationFile(
        management_account=account(MANAGEMENT, "Thrifty"), feature_set="CONSOLIDATED_BILLING"
    )
    iam = client_of(rootwarden_organization(organization), "iam")
    assert refusal_of(iam.list_organizations_features)[0] == "OrganizationNotInAllFeaturesModeException"


def test_permission_comes_before_trusted_access(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    del emulator.world.organization.trusted[IAM]
    refused = client_of(emulator, "iam", f"emulator-{MANAGEMENT}-refused")
    start = f"User: arn:aws:sts::{MANAGEMENT}:assumed-role/refused/emulator is not authorized to perform: "
    text = f"{start}iam:ListOrganizationsFeatures on resource: * with an explicit deny in an identity-based policy"
    assert refusal_of(refused.list_organizations_features) == ("AccessDenied", text, 403)
    assert refusal_of(refused.enable_organizations_root_sessions)[0] == "ServiceAccessNotEnabledException"


def test_the_actions_cannot_be_scoped_to_a_resource(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    iam = client_of(emulator, "iam", f"emulator-{MANAGEMENT}-on-root")
    code, text, status = refusal_of(iam.list_organizations_features)
    assert (code, status) == ("AccessDenied", 403)
    assert text.endswith(
        "on resource: * because no identity-based policy allows the iam:ListOrganizationsFeatures action"
    )
