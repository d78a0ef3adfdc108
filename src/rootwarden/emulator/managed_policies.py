"""AWS's managed policies, by name and ARN, as moto's data has them. moto's own way costs a second and 30 MB an account.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

_FIRST_REGION = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
_OF_AWS = ":iam::aws:policy"


def managed_document(name: str) -> Mapping[str, Any] | None:
    """The default version of a policy of AWS's; None where there is none of that name."""
    found = _known().get(name)
    return found["Document"] if found else None


def managed_arn(name: str, partition: str) -> str:
    """The ARN of a policy of AWS's, its path included."""
    return f"arn:{partition}{_OF_AWS}{_known()[name]['Path']}{name}"


def make_known(backend: Any, arn: str, partition: str) -> None:
    """Lets moto's IAM of one account know a policy of AWS's that somebody names; an ARN of another kind is left alone."""
    from moto.iam.models import AWSManagedPolicy  # noqa: PLC0415 - loads thirty megabytes; only IAM's calls need it

    name = arn.rpartition("/")[2]
    if arn in backend.managed_policies or name not in _known() or arn != managed_arn(name, partition):
        return
    region = _FIRST_REGION[partition]
    policy = AWSManagedPolicy.from_data(name, backend.account_id, region, _known()[name])
    backend.managed_policies[arn] = policy
    backend.aws_managed_policies.append(policy)


@functools.cache
def _known() -> dict[str, dict[str, Any]]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415 - five megabytes

    found: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return found
