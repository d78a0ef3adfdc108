"""What a user calls a bucket or queue: a name, an ARN, a URL. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from rootwarden.errors import BadInput
from rootwarden.model.ids import AccountId, is_account_id

if TYPE_CHECKING:
    from rootwarden.model.partition import Partition

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_OLD_BUCKET: Final = re.compile(r"[A-Za-z0-9._-]{3,255}", re.ASCII)
"""Buckets made before 2018 in us-east-1 may have such names."""
_QUEUE: Final = re.compile(r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo", re.ASCII)
_HOSTS: Final = (
    re.compile(r"sqs(-fips)?\.(?P<region>[a-z0-9-]+)\.(?P<suffix>[a-z0-9.]+)"),
    re.compile(r"(?P<region>[a-z0-9-]+)\.queue\.(?P<suffix>[a-z0-9.]+)"),
)
_ARN_PARTS: Final = 6


@dataclass(frozen=True, slots=True)
class QueueName:
    """A queue as it was named; the Region is None where a URL does not tell it."""

    account: AccountId
    name: str
    region: str | None


def bucket_name(given: str, partition: Partition) -> str:
    """The bucket of a name or ``arn:PARTITION:s3:::NAME``; raises BadInput for anything else, and for another partition."""
    name = given
    if given.startswith("arn:"):
        parts = given.split(":")
        if len(parts) != _ARN_PARTS or parts[2] != "s3" or parts[3] or parts[4] or "/" in parts[5]:
            raise BadInput(
                f"{given!r} is not the ARN of a bucket",
                advice=f"Write it as arn:{partition.name}:s3:::NAME, or the name alone.",
            )
        check_partition(given, parts[1], partition)
        name = parts[5]
    if not (_BUCKET.fullmatch(name) or _OLD_BUCKET.fullmatch(name)):
        raise BadInput(
            f"{given!r} is not the name of a bucket", advice="Give the name alone, without s3:// or a key."
        )
    return name


def queue_name(given: str, partition: Partition, *, region: str, account: AccountId | None) -> QueueName:
    """The queue of a URL or ARN; raises BadInput for anything else, and for another partition. ``region`` and ``account`` show in advice."""
    if given.startswith("arn:"):
        parts = given.split(":")
        if len(parts) != _ARN_PARTS or parts[2] != "sqs" or not parts[3] or not is_account_id(parts[4]):
            raise BadInput(
                f"{given!r} is not the ARN of a queue",
                advice=f"Write it as arn:{partition.name}:sqs:REGION:ACCOUNT:NAME.",
            )
        check_partition(given, parts[1], partition)
        return _checked(given, AccountId(parts[4]), parts[5], parts[3])
    if given.startswith(("https://", "http://")):
        return _of_url(given, partition)
    whose = account or "ACCOUNT"
    raise BadInput(
        f"{given!r} is neither the URL nor the ARN of a queue",
        advice=f"A name alone does not tell its Region: in the Region in use it is arn:{partition.name}:sqs:{region}:{whose}:{given}.",
    )


def _of_url(given: str, partition: Partition) -> QueueName:
    parts = urlsplit(given)
    segments = parts.path.strip("/").split("/")
    if len(segments) != 2 or not is_account_id(segments[0]):  # noqa: PLR2004 - account and name
        raise BadInput(
            f"{given!r} is not the URL of a queue",
            advice="It ends in /ACCOUNT/NAME, as 'aws sqs list-queues' shows it.",
        )
    host = parts.hostname or ""
    match = next((one for form in _HOSTS if (one := form.fullmatch(host))), None)
    if match is not None and match["suffix"] not in partition.dns_suffixes:
        raise BadInput(
            f"{given}: {match['suffix']} is not where partition {partition.name} of the caller is",
            advice="Use a profile and Region of the queue's partition: partitions do not reach into each other.",
        )
    found = match["region"] if match else None
    if host == "queue.amazonaws.com":
        found = "us-east-1"
    return _checked(given, AccountId(segments[0]), segments[1], found)


def _checked(given: str, account: AccountId, name: str, region: str | None) -> QueueName:
    if not _QUEUE.fullmatch(name):
        raise BadInput(
            f"{given!r}: {name!r} is not the name of a queue", advice="Copy it from 'aws sqs list-queues'."
        )
    return QueueName(account, name, region)


def check_partition(given: str, found: str, partition: Partition) -> None:
    """Raises BadInput where what was given is in another partition than the caller."""
    if found != partition.name:
        raise BadInput(
            f"{given} is in partition {found}, and the caller is in {partition.name}",
            advice="Use a profile and Region of that partition: partitions do not reach into each other.",
        )


def administrator_arns(given: tuple[str, ...], partition: Partition, account: AccountId) -> tuple[str, ...]:
    """The ARNs of administrators named for one account; raises BadInput for what is none, or of another account.

    ``role/NAME`` and ``user/NAME`` are those of the account.
    """
    found = []
    for text in given:
        arn = f"arn:{partition.name}:iam::{account}:{text}" if text.startswith(("role/", "user/")) else text
        parts = arn.split(":")
        if len(parts) == _ARN_PARTS and parts[2] == "sts":
            raise BadInput(
                f"{text} is a session of a role",
                advice="Name the role: arn:PARTITION:iam::ACCOUNT:role/PATH/NAME, with its path.",
            )
        if _ADMINISTRATOR.fullmatch(arn) is None:
            raise BadInput(
                f"{text!r} is not the ARN of a user or role",
                advice=f"Write it as arn:{partition.name}:iam::{account}:role/NAME, or role/NAME; wildcards cannot be judged.",
            )
        check_partition(text, parts[1], partition)
        if parts[4] != account:
            raise BadInput(
                f"{text} is not of account {account}",
                advice="Only users and roles of the account itself can change its buckets' and queues' policies.",
            )
        found.append(arn)
    return tuple(dict.fromkeys(found))


_ADMINISTRATOR: Final = re.compile(
    r"arn:[a-z0-9-]+:iam::[0-9]{12}:(user|role)/[A-Za-z0-9+=,.@_/-]+", re.ASCII
)
"""An IAM user or role by its whole ARN, paths included."""


def configured_administrators(given: tuple[str, ...], account: AccountId) -> tuple[str, ...]:
    """Those of the configuration that are about an account: ``role/NAME`` is about every one."""
    return tuple(one for one in given if not one.startswith("arn:") or one.split(":")[4] == account)
