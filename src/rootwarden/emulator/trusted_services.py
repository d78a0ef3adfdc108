"""Services that AWS Organizations can give trusted access to.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html
"""

from __future__ import annotations

from typing import Final

TRUSTED_SERVICES: Final = frozenset(
    f"{name}.amazonaws.com"
    for name in (
        "access-analyzer",
        "account",
        "agentless.inspector2",
        "auditmanager",
        "aws-artifact-account-sync",
        "backup",
        "billing-cost-management",
        "cloudtrail",
        "compute-optimizer",
        "config",
        "config-multiaccountsetup",
        "controltower",
        "cost-optimization-hub.bcm",
        "detective",
        "devops-guru",
        "ds",
        "ec2",
        "fms",
        "guardduty",
        "health",
        "iam",
        "inspector2",
        "ipam",
        "license-management.marketplace",
        "license-manager",
        "license-manager-linux-subscriptions",
        "license-manager-user-subscriptions",
        "license-manager.member-account",
        "macie",
        "malware-protection.guardduty",
        "member.org.stacksets.cloudformation",
        "mgn",
        "networkmanager",
        "notifications",
        "observabilityadmin",
        "ram",
        "reachabilityanalyzer.networkinsights",
        "reporting.trustedadvisor",
        "resource-explorer-2",
        "securityhub",
        "securitylake",
        "security-ir",
        "servicecatalog",
        "servicequotas",
        "ssm",
        "ssm-quicksetup",
        "sso",
        "stacksets.cloudformation",
        "storage-lens.s3",
        "tagpolicies.tag",
        "user-subscriptions",
        "vpc-lattice",
        "wellarchitected",
    )
)
"""Service principals. Anything else is "an unrecognized service principal" to AWS."""
