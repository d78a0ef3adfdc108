"""The same audit as most scripts do it: a task per account, all at once, each with clients of its own and the SDK's retries.

    python -m bench_audit.client_each FIRST NUMBER

Reads a number of accounts from the first id on. A line of JSON for each: its id, and the error where it was lost.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

_TASK = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}


def audit(session: boto3.Session, sts: Any, account: str) -> None:
    """Two calls for a clean account, and what there is to list for others."""
    keys = sts.assume_root(TargetPrincipal=account, TaskPolicyArn=_TASK)["Credentials"]
    iam: Any = session.client(
        "iam",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    found = iam.get_account_summary()["SummaryMap"]
    if found["AccountPasswordPresent"]:
        iam.get_login_profile()
        iam.get_user()
    if found["AccountAccessKeysPresent"]:
        for key in iam.list_access_keys()["AccessKeyMetadata"]:
            iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    if found["AccountSigningCertificatesPresent"]:
        iam.list_signing_certificates()
    if found["AccountMFAEnabled"]:
        iam.list_mfa_devices()


def main() -> None:
    """Audits the accounts of the command line."""
    first, number = int(sys.argv[1]), int(sys.argv[2])
    accounts = [str(first + each) for each in range(number)]
    session = boto3.Session()
    sts = session.client("sts")

    def attempt(account: str) -> str | None:
        try:
            audit(session, sts, account)
        except (ClientError, BotoCoreError) as error:
            return str(error)
        return None

    with ThreadPoolExecutor(number) as pool:
        for account, error in zip(accounts, pool.map(attempt, accounts), strict=True):
            print(json.dumps({"id": account, "error": error}))


if __name__ == "__main__":
    main()
