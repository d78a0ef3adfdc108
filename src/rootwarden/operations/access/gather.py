"""Reading the IAM of an account from which root sessions can be opened; each read stands for itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rootwarden.aws.authorization_details import read_authorization
from rootwarden.aws.credential_report import read_credential_report
from rootwarden.aws.principal_policies import PrincipalPolicies
from rootwarden.model.reading import NotSeen, Seen, map_seen, try_reading
from rootwarden.operations.access.evidence import AccountEvidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.features import CallerRole
    from rootwarden.model.ids import AccountId
    from rootwarden.model.management import CredentialReport
    from rootwarden.model.reading import Reading
    from rootwarden.policy import ContextValue, Level


def gather_account(
    clients: CallerClients,
    account: AccountId,
    role: CallerRole,
    *,
    org_paths: ContextValue,
    scp_levels: tuple[Level, ...],
) -> AccountEvidence:
    """Everybody in the account of the caller, with every policy there is. Raises CredentialsExpired and CredentialsRefused.

    Which of AWS's policies the details hold is not documented, so those that somebody has and that are not there are asked for. A
    credential report is made where there are users; AWS gives one out again for four hours.
    """
    iam = clients.client("iam")
    details = try_reading(lambda: read_authorization(iam))
    if isinstance(details, NotSeen):
        return AccountEvidence(account, role, details, org_paths, scp_levels)
    api = PrincipalPolicies(iam)
    missing = sorted(details.value.referenced - details.value.policies.keys())
    long_term: Reading[Mapping[str, bool]] = Seen({})
    if details.value.users:
        long_term = map_seen(try_reading(lambda: read_credential_report(iam)), _long_term)
    return AccountEvidence(
        account,
        role,
        details,
        org_paths,
        scp_levels,
        missing={arn: try_reading(partial(api.managed, arn)) for arn in missing},
        long_term=long_term,
    )


def _long_term(report: CredentialReport) -> dict[str, bool]:
    return {user.name: user.is_long_term for user in report.users}
