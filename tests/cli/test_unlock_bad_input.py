"""What ``unlock`` says to names, places, files and options that cannot be meant, before it changes anything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from locks import BUCKET, LOCKS, OWNER, QUEUE, scope
from product_rig import Rig
from unlock_rig import DELEGATE, ON_BOTH, Held, locked_shop, shop

from rootwarden.emulator import account
from rootwarden.model.unlock import Resource

SUSPENDED = "777777777777"
HERE = ("--account", OWNER)


@pytest.fixture
def world(rig: Rig) -> Rig:
    """The company, with an account that is suspended."""
    shop(rig, account(SUSPENDED, "Closing", state="SUSPENDED"))
    return rig


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        (("bucket",), 2, "no account is named, and a bucket belongs to one"),
        (("bucket", "shop-order", *HERE), 2, "has no bucket shop-order among its 2"),
        (("bucket", "shop-orders", "--account", DELEGATE[-12:]), 2, "has no bucket shop-orders among its 0"),
        (
            ("bucket", "arn:aws-cn:s3:::shop-orders", *HERE),
            2,
            "is in partition aws-cn, and the caller is in aws",
        ),
        (("bucket", "arn:aws:s3:::shop-orders/key", *HERE), 2, "is not the ARN of a bucket"),
        (("bucket", QUEUE.arn, *HERE), 2, "is not the ARN of a bucket"),
        (("bucket", "s3://shop-orders", *HERE), 2, "is not the name of a bucket"),
        (("bucket", "shop-orders", "--account", SUSPENDED), 4, "the account is suspended"),
        (
            ("bucket", "shop-orders", "--account", "111111111111"),
            4,
            "root sessions do not reach the management account",
        ),
        (("bucket", "shop-orders", *HERE, "--from", "mars"), 2, "'mars' is no place to call from"),
        (("bucket", "shop-orders", *HERE, "--admin", "role/*"), 2, "is not the ARN of a user or role"),
        (
            ("bucket", "shop-orders", *HERE, "--admin", "arn:aws:iam::111111111111:role/x"),
            2,
            f"is not of account {OWNER}",
        ),
        (
            ("bucket", "shop-orders", *HERE, "--admin", f"arn:aws:sts::{OWNER}:assumed-role/a/b"),
            2,
            "is a session of a role",
        ),
        (("queue", BUCKET.arn), 2, "is not the ARN of a queue"),
        (("queue", "shop-orders", *HERE), 2, "is neither the URL nor the ARN of a queue"),
        (
            ("queue", QUEUE.arn, "--account", "111111111111"),
            2,
            f"belongs to account {OWNER}, not to 111111111111",
        ),
        (
            ("queue", QUEUE.arn, "--account", "Closing"),
            2,
            f"belongs to account {OWNER}, not to {SUSPENDED} Closing",
        ),
        (("queue", QUEUE.arn, "--account", "Security"), 2, f"belongs to account {OWNER}, not to"),
        (("queue", QUEUE.arn.replace("orders", "order")), 2, "has no queue shop-order in eu-central-1"),
        (
            ("queue", QUEUE.arn.replace("eu-central-1", "cn-north-1")),
            2,
            "is in partition aws-cn, and the caller is in aws",
        ),
        (
            ("queue", QUEUE.arn.replace("eu-central-1", "xx-nowhere-9")),
            2,
            "'xx-nowhere-9' is not an AWS Region",
        ),
        (("queue", f"https://sqs.eu-central-1.amazonaws.com.cn/{OWNER}/shop-orders"), 2, "amazonaws.com.cn"),
        (("queue", "https://sqs.eu-central-1.amazonaws.com/shop-orders"), 2, "is not the URL of a queue"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_is_told_what_is_wrong(world: Rig, line: tuple[str, ...], code: int, says: str) -> None:
    calls = world.calls()
    ran = world.json("unlock", *line, profile=DELEGATE)
    assert ran.code == code
    assert says in ran.document["error"]["message"]
    assert ran.document["error"]["advice"]
    assert not [action for action, _ in calls if action.startswith(("s3:Put", "s3:Delete", "sqs:Set"))]


@pytest.mark.usefixtures("ledger")
def test_a_name_of_a_queue_is_answered_with_the_arn_to_write(world: Rig) -> None:
    ran = world.json("unlock", "queue", "shop-orders", *HERE, "--region", QUEUE.region, profile=DELEGATE)
    assert ran.document["error"]["advice"].endswith(f"it is {QUEUE.arn}.")


@ON_BOTH
@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--delete", "--repair"), "--delete and --repair cannot go together"),
        (("--yes",), "nothing is to be changed, and --yes would have no effect"),
        (("--diagnose", "--plan", "--force-policy"), "--force-policy and --plan would have no effect"),
        (("--show", "--backup-dir", "x"), "--backup-dir would have no effect"),
        (("--delete", "--drop"), "--drop goes with --repair only"),
        (("--repair", "--yes", "--backup", "bucket"), "'bucket' is no place in S3"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_options_that_cannot_be_meant(
    rig: Rig, resource: Resource, options: tuple[str, ...], says: str
) -> None:
    held = locked_shop(rig, resource)
    ran = held.run(*options)
    assert (ran.code, says in ran.document["error"]["message"]) == (2, True)
    assert held.text == LOCKS[0].policy(resource)


def _again(resource: Resource) -> Any:
    return [LOCKS[2].statement(resource)]


def _world(resource: Resource) -> Any:
    return [{"Sid": "World", "Effect": "Allow", "Principal": "*", **scope(resource)}]


def _elsewhere(resource: Resource) -> Any:
    other = {"Action": "iam:*", "Resource": "arn:aws:s3:::other"}
    return [
        {"Sid": "Else", "Effect": "Deny", "Principal": {"AWS": "111122223333"}, **scope(resource), **other}
    ]


def _large(resource: Resource) -> Any:
    account_ = {"AWS": "111122223333"}
    return [
        {"Sid": f"S{number}", "Effect": "Allow", "Principal": account_, **scope(resource)}
        for number in range(400)
    ]


@ON_BOTH
@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("made", "says"),
    [
        (_again, "it locks out arn:aws:iam::333333333333:user/Administrator: Denied by Lock"),
        (_world, "to the world: any AWS account may do"),
        (_elsewhere, "Else: the action iam:* is none of"),
        (_large, "bytes; the most a"),
    ],
    ids=["locks out again", "opens to the world", "not for the service", "too large"],
)
def test_a_replacement_is_refused_with_the_reason(rig: Rig, resource: Resource, made: Any, says: str) -> None:
    """With --force-policy it is put in place, where AWS takes it."""
    held = locked_shop(rig, resource)
    path = rig.folder / "new.json"
    document = {"Version": "2012-10-17", "Statement": made(resource)}
    path.write_text(json.dumps(document))
    ran = held.run("--replace", str(path), "--yes")
    assert (ran.code, ran.document["error"]["type"]) == (4, "RefusedByRule")
    assert says in ran.document["error"]["message"]
    assert "--force-policy" in ran.document["error"]["advice"]
    assert held.text == LOCKS[0].policy(resource)
    forced = held.run("--replace", str(path), "--yes", "--force-policy")
    if made in {_again, _world}:
        assert (forced.document["outcome"]["result"], held.policy) == ("done", document)
        assert held.gets_in() is (made is _world)
    else:
        assert (forced.code, forced.document["outcome"]["reason"]["source"]) == (6, "aws")
        assert held.text == LOCKS[0].policy(resource)


@ON_BOTH
@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file or directory"),
        ("{", "not JSON"),
        (" " * 1_000_001, "larger than any policy"),
        ("\ud800".encode("utf-8", "surrogatepass"), "not JSON"),
    ],
    ids=["missing", "not JSON", "far too large", "not text"],
)
def test_a_file_that_is_no_replacement(rig: Rig, resource: Resource, content: Any, says: str) -> None:
    """It is said before any root session is opened."""
    held = locked_shop(rig, resource)
    path = rig.folder / "new.json"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    calls = rig.calls()
    ran = held.run("--replace", str(path), "--yes", "--force-policy")
    assert (ran.code, says in ran.document["error"]["message"]) == (2, True)
    assert ("sts:AssumeRoot", DELEGATE[-12:]) not in calls


@ON_BOTH
@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("format_", ["csv", "jsonl", "markdown", "table"])
def test_the_policy_is_shown_in_every_format(rig: Rig, resource: Resource, format_: str) -> None:
    held: Held = locked_shop(rig, resource)
    ran = rig.run(*held.line("--show"), "-o", format_, profile=DELEGATE)
    assert (ran.code, resource.arn in ran.out, "OnlyTls" in ran.out) == (0, True, True)
