"""Log files as an organization trail writes them: a mix of services at their usual sizes, in which root hardly ever acts."""

from __future__ import annotations

import gzip
import json
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

_BEGIN: Final = datetime(2026, 3, 1, tzinfo=UTC)
_ACCOUNTS: Final = tuple(f"{number:012}" for number in range(111_111_111_111, 111_111_111_151))
_REGIONS: Final = ("us-east-1", "eu-central-1", "ap-southeast-2")
_MANAGEMENT: Final = "999999999999"
_ROOT_EVERY: Final = 5_000
"""Records to one of the root user, or of AssumeRoot."""
_AGENTS: Final = (
    "aws-sdk-java/1.12.780 Linux/5.10.236-227.928.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.15 java/17.0.15 cfg/retry-mode/standard",
    "Boto3/1.38.23 md/Botocore#1.38.23 ua/2.1 os/linux#6.1.134 md/arch#x86_64 lang/python#3.12.10 md/pyimpl#CPython cfg/retry-mode#legacy",
    "APN/1.0 HashiCorp/1.0 Terraform/1.11.4 aws-sdk-go-v2/1.36.3 os/linux lang/go#1.23.8 md/GOARCH#amd64 api/ec2#1.211.3",
)


class Mix:
    """Makes records, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same logs every time
        self._made = 0
        self._makers: tuple[tuple[int, Callable[[str], dict[str, Any]]], ...] = (
            (30, self._describe),
            (25, self._assume_role),
            (20, self._decrypt),
            (10, self._lambda),
            (10, self._log_stream),
            (5, self._parameters),
        )

    def records(self, count: int) -> list[dict[str, Any]]:
        """So many, in the order of time."""
        return [self._one() for _ in range(count)]

    def _one(self) -> dict[str, Any]:
        self._made += 1
        region = self._random.choice(_REGIONS)
        if self._made % _ROOT_EVERY == 0:
            return self._root(region) if self._made % (2 * _ROOT_EVERY) else self._assume_root(region)
        (make,) = self._random.choices(
            [one for _, one in self._makers], [weight for weight, _ in self._makers]
        )
        return make(region)

    def _id(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def _hex(self, digits: int) -> str:
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def _time(self) -> str:
        return f"{_BEGIN + timedelta(seconds=self._made // 20):%Y-%m-%dT%H:%M:%SZ}"

    def _common(
        self, region: str, service: str, name: str, identity: dict[str, Any], **said: Any
    ) -> dict[str, Any]:
        host = f"{service}.amazonaws.com"
        return {
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": self._time(),
            "eventSource": host,
            "eventName": name,
            "awsRegion": region,
            "sourceIPAddress": f"10.{self._random.randrange(256)}.{self._random.randrange(256)}.{self._random.randrange(256)}",
            "userAgent": self._random.choice(_AGENTS),
            "requestParameters": None,
            "responseElements": None,
            **said,
            "requestID": self._id(),
            "eventID": self._id(),
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": identity.get("accountId") or self._random.choice(_ACCOUNTS),
            "eventCategory": "Management",
            "tlsDetails": {
                "tlsVersion": "TLSv1.3",
                "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": f"{service}.{region}.amazonaws.com",
            },
        }

    def _role(self) -> dict[str, Any]:
        account, role = self._random.choice(_ACCOUNTS), f"Application-{self._random.randrange(60)}"
        session = f"i-{self._hex(17)}"
        return {
            "type": "AssumedRole",
            "principalId": f"AROA{self._hex(17).upper()}:{session}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}",
            "accountId": account,
            "accessKeyId": f"ASIA{self._hex(16).upper()}",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": f"AROA{self._hex(17).upper()}",
                    "arn": f"arn:aws:iam::{account}:role/{role}",
                    "accountId": account,
                    "userName": role,
                },
                "attributes": {"creationDate": self._time(), "mfaAuthenticated": "false"},
                "ec2RoleDelivery": "2.0",
            },
        }

    def _describe(self, region: str) -> dict[str, Any]:
        items = [{"instanceId": f"i-{self._hex(17)}"} for _ in range(self._random.randrange(1, 12))]
        request = {
            "instancesSet": {"items": items},
            "filterSet": {
                "items": [{"name": "instance-state-name", "valueSet": {"items": [{"value": "running"}]}}]
            },
        }
        return self._common(
            region, "ec2", "DescribeInstances", self._role(), requestParameters=request, readOnly=True
        )

    def _assume_role(self, region: str) -> dict[str, Any]:
        account, service = self._random.choice(_ACCOUNTS), "ecs-tasks.amazonaws.com"
        arn = f"arn:aws:iam::{account}:role/Task-{self._random.randrange(60)}"
        made = self._common(
            region,
            "sts",
            "AssumeRole",
            {"type": "AWSService", "invokedBy": service},
            requestParameters={"roleArn": arn, "roleSessionName": self._hex(32), "durationSeconds": 21600},
            responseElements={
                "credentials": {
                    "accessKeyId": f"ASIA{self._hex(16).upper()}",
                    "sessionToken": self._hex(500),
                    "expiration": "Mar 1, 2026, 6:00:00 PM",
                },
                "assumedRoleUser": {
                    "assumedRoleId": f"AROA{self._hex(17).upper()}:x",
                    "arn": arn.replace(":iam:", ":sts:"),
                },
            },
            readOnly=True,
            resources=[{"accountId": account, "type": "AWS::IAM::Role", "ARN": arn}],
            sharedEventID=self._id(),
        )
        return {**made, "recipientAccountId": account, "sourceIPAddress": service, "userAgent": service}

    def _decrypt(self, region: str) -> dict[str, Any]:
        identity = self._role()
        key = f"arn:aws:kms:{region}:{identity['accountId']}:key/{self._id()}"
        context = {"aws:s3:arn": f"arn:aws:s3:::data-{self._hex(12)}/year=2026/part-{self._hex(40)}.parquet"}
        return self._common(
            region,
            "kms",
            "Decrypt",
            {**identity, "invokedBy": "AWS Internal"},
            requestParameters={
                "encryptionContext": context,
                "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
                "keyId": key,
            },
            readOnly=True,
            resources=[{"accountId": identity["accountId"], "type": "AWS::KMS::Key", "ARN": key}],
        )

    def _lambda(self, region: str) -> dict[str, Any]:
        identity = self._role()
        name = f"arn:aws:lambda:{region}:{identity['accountId']}:function:worker-{self._hex(8)}"
        return self._common(
            region,
            "lambda",
            "GetFunctionConfiguration20150331v2",
            identity,
            requestParameters={"functionName": name, "qualifier": "$LATEST"},
            readOnly=True,
        )

    def _log_stream(self, region: str) -> dict[str, Any]:
        request = {
            "logGroupName": f"/aws/lambda/worker-{self._hex(8)}",
            "logStreamName": f"2026/03/01/[$LATEST]{self._hex(32)}",
        }
        return self._common(
            region, "logs", "CreateLogStream", self._role(), requestParameters=request, readOnly=False
        )

    def _parameters(self, region: str) -> dict[str, Any]:
        request = {
            "names": [f"/application/{self._hex(10)}/setting" for _ in range(8)],
            "withDecryption": True,
        }
        return self._common(
            region, "ssm", "GetParameters", self._role(), requestParameters=request, readOnly=True
        )

    def _root(self, region: str) -> dict[str, Any]:
        account = self._random.choice(_ACCOUNTS)
        identity = {
            "type": "Root",
            "principalId": account,
            "arn": f"arn:aws:iam::{account}:root",
            "accountId": account,
        }
        identity["accessKeyId"] = f"ASIA{self._hex(16).upper()}"
        return self._common(region, "iam", "ListAccessKeys", identity, readOnly=True)

    def _assume_root(self, region: str) -> dict[str, Any]:
        identity = {**self._role(), "accountId": _MANAGEMENT}
        return self._common(
            region,
            "sts",
            "AssumeRoot",
            identity,
            requestParameters={
                "targetPrincipal": self._random.choice(_ACCOUNTS),
                "taskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"},
            },
            responseElements={
                "credentials": {"accessKeyId": f"ASIA{self._hex(16).upper()}", "sessionToken": self._hex(500)}
            },
            readOnly=False,
        )


def write_logs(folder: Path, *, files: int, records: int, seed: int = 1) -> int:
    """Writes so many files of so many records each; the bytes of all of them, unpacked."""
    mix, size = Mix(seed), 0
    for number in range(files):
        text = json.dumps({"Records": mix.records(records)}, separators=(",", ":")).encode()
        size += len(text)
        (folder / f"{number:06}.json.gz").write_bytes(gzip.compress(text, 6, mtime=0))
    return size
