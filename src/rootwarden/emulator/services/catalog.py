"""Every operation the emulator answers itself; all others go to moto."""

from __future__ import annotations

from rootwarden.emulator.call import Call
from rootwarden.emulator.services.account_contacts import CONTACTS
from rootwarden.emulator.services.cloudtrail import CLOUDTRAIL
from rootwarden.emulator.services.cloudtrail_lookup import LOOKUP
from rootwarden.emulator.services.ec2_regions import EC2
from rootwarden.emulator.services.iam_authorization import IAM_AUTHORIZATION
from rootwarden.emulator.services.iam_features import IAM_FEATURES
from rootwarden.emulator.services.iam_report import IAM_REPORT
from rootwarden.emulator.services.iam_root import IAM_ROOT
from rootwarden.emulator.services.iam_root_keys import IAM_ROOT_KEYS
from rootwarden.emulator.services.iam_summary import IAM_SUMMARY
from rootwarden.emulator.services.organizations import ORGANIZATIONS
from rootwarden.emulator.services.pattern_tests import EVENTS, LOGS
from rootwarden.emulator.services.s3_buckets import S3
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.services.sqs_queues import SQS
from rootwarden.emulator.services.stack_sets import STACK_SETS
from rootwarden.emulator.services.sts import STS
from rootwarden.emulator.services.sts_roles import STS_ROLES

OWN_SERVICES = ("organizations", "sts")
"""Services whose state is all here: what they lack is refused, for moto would answer from an empty world."""

HANDLERS: dict[tuple[str, str], Served] = {
    (service, operation): served
    for service, table in (
        ("account", CONTACTS),
        ("cloudformation", STACK_SETS),
        ("cloudtrail", CLOUDTRAIL),
        ("cloudtrail", LOOKUP),
        ("ec2", EC2),
        ("events", EVENTS),
        ("iam", IAM_AUTHORIZATION),
        ("iam", IAM_FEATURES),
        ("iam", IAM_REPORT),
        ("iam", IAM_ROOT),
        ("iam", IAM_ROOT_KEYS),
        ("iam", IAM_SUMMARY),
        ("logs", LOGS),
        ("organizations", ORGANIZATIONS),
        ("s3", S3),
        ("sqs", SQS),
        ("sts", STS),
        ("sts", STS_ROLES),
    )
    for operation, served in table.items()
}


def find(call: Call) -> Served | None:
    """What answers a call here, or None where moto does."""
    served = HANDLERS.get((call.service, call.operation))
    return served if served is not None and served.when(call) else None
