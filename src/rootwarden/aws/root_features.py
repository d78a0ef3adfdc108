"""The features of centralized root access: IAM's organization calls.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.request_id import request_id_of
from rootwarden.model.features import RootFeature

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_iam import IAMClient


class RootFeatures:
    """Reads and switches RootCredentialsManagement and RootSessions. All calls raise AwsError."""

    def __init__(self, iam: IAMClient) -> None:
        self._iam = iam

    def enabled(self) -> frozenset[RootFeature]:
        """The features that are on. Can only be read while IAM has trusted access."""
        with aws_call("iam:ListOrganizationsFeatures"):
            answer = self._iam.list_organizations_features()
        return _known(answer.get("EnabledFeatures", []))

    def enable(self, feature: RootFeature) -> str | None:
        """Switches a feature on; from the management account only. Returns AWS's request id."""
        if feature is RootFeature.ROOT_CREDENTIALS_MANAGEMENT:
            with aws_call("iam:EnableOrganizationsRootCredentialsManagement"):
                return request_id_of(self._iam.enable_organizations_root_credentials_management())
        with aws_call("iam:EnableOrganizationsRootSessions"):
            return request_id_of(self._iam.enable_organizations_root_sessions())

    def disable(self, feature: RootFeature) -> str | None:
        """Switches a feature off; sessions already issued live on for at most 900 s. Returns AWS's request id."""
        if feature is RootFeature.ROOT_CREDENTIALS_MANAGEMENT:
            with aws_call("iam:DisableOrganizationsRootCredentialsManagement"):
                return request_id_of(self._iam.disable_organizations_root_credentials_management())
        with aws_call("iam:DisableOrganizationsRootSessions"):
            return request_id_of(self._iam.disable_organizations_root_sessions())


def _known(names: Iterable[str]) -> frozenset[RootFeature]:
    # A feature newer than this program is none of its business.
    return frozenset(RootFeature(name) for name in names if name in set(RootFeature))
