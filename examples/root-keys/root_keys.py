"""Lists the root access keys of all member accounts of an AWS Organization.

Runs in the management account or in the delegated administrator for IAM, with centralized root access enabled.
"""

from __future__ import annotations

import os

import boto3
from botocore.exceptions import ClientError

AUDIT = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}
REGION = os.environ.get("AWS_REGION", "us-east-1")  # AssumeRoot exists at regional endpoints only


def root_keys() -> dict[str, list[str] | None]:
    """Ids of root access keys by account; None for an account that could not be looked into."""
    organizations = boto3.client("organizations", region_name=REGION)
    management = organizations.describe_organization()["Organization"]["MasterAccountId"]
    pages = organizations.get_paginator("list_accounts").paginate()
    accounts = [account["Id"] for page in pages for account in page["Accounts"]]
    return {account: keys_of(account) for account in accounts if account != management}


def keys_of(account: str) -> list[str] | None:
    """Ids of the root access keys of one account; None where it lets nobody look."""
    try:
        session = boto3.client("sts", region_name=REGION).assume_root(
            TargetPrincipal=account, TaskPolicyArn=AUDIT
        )["Credentials"]
        iam = boto3.client(
            "iam",
            region_name=REGION,
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
        )
        return [key["AccessKeyId"] for key in iam.list_access_keys()["AccessKeyMetadata"]]
    except ClientError:
        return None


def main() -> None:
    """Prints a line for each account."""
    for account, keys in root_keys().items():
        print(account, "could not look" if keys is None else ", ".join(keys) or "no root access keys")


if __name__ == "__main__":
    main()
