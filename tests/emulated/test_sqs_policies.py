"""Queues: their policies bind, a root session unlocks them, and each Region has its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.org_file import OrganizationFile, PrincipalSpec
from rootwarden.emulator.root_keys import create_root_key
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

Refusal = Callable[..., tuple[str, str, int]]

MEMBER, OTHER, GUARDED = "444444444444", "555555555555", "666666666666"
OWNER = f"emulator-{MEMBER}"
REGION = "eu-west-1"
ARN = f"arn:aws:sqs:{REGION}:{MEMBER}:jobs"


def policy(**more: Any) -> str:
    plain = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": ARN}
    return json.dumps({"Version": "2012-10-17", "Statement": [plain | more]})


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    only_home: Any = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}},
        },
    }
    started: Emulator = rootwarden_organization(
        OrganizationFile(
            management_account=account(MANAGEMENT, "Company"),
            accounts=(
                account(MEMBER, "Member"),
                account(OTHER, "Other"),
                account(GUARDED, "Guarded", scps=("OnlyHome",)),
            ),
            scps={"OnlyHome": only_home},
            trusted_services=("iam.amazonaws.com",),
            root_features=("RootSessions",),
            principals=(PrincipalSpec(account=MEMBER, name="nobody"),),
        )
    )
    return started


@pytest.fixture
def owner(emulator: Emulator, client_of: Any) -> Any:
    return client_of(emulator, "sqs", OWNER, region=REGION)


def make(owner: Any, document: str | None = None) -> str:
    """The queue ``jobs`` with one message in it, and a policy if one is given."""
    made: str = owner.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "77"})["QueueUrl"]
    owner.send_message(QueueUrl=made, MessageBody="text")
    if document is not None:
        owner.set_queue_attributes(QueueUrl=made, Attributes={"Policy": document})
    return made


def attributes(client: Any, url: str, *names: str) -> dict[str, str]:
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=list(names) or ["All"])
    return dict(found.get("Attributes", {}))


def test_a_policy_that_denies_everyone_shuts_out_the_administrator(
    emulator: Emulator, owner: Any, refusal_of: Refusal
) -> None:
    url = make(owner, policy())
    text = (
        f"User: arn:aws:iam::{MEMBER}:user/Administrator is not authorized to perform: sqs:receivemessage on resource: "
        f"{ARN} with an explicit deny in a resource-based policy"
    )
    assert refusal_of(owner.receive_message, QueueUrl=url) == ("AccessDenied", text, 403)
    for name, more in (
        ("get_queue_attributes", {}),
        ("set_queue_attributes", {"Attributes": {"Policy": ""}}),
        ("delete_queue", {}),
        ("send_message_batch", {"Entries": [{"Id": "1", "MessageBody": "x"}]}),
    ):
        assert refusal_of(getattr(owner, name), QueueUrl=url, **more)[::2] == ("AccessDenied", 403)
    assert refusal_of(owner.get_queue_url, QueueName="jobs")[0] == "AccessDenied"
    assert owner.list_queues()["QueueUrls"] == [url]


def test_a_root_session_unlocks_the_queue_and_leaves_the_rest(
    emulator: Emulator, owner: Any, root_session_of: Any, refusal_of: Refusal
) -> None:
    url = make(owner, policy())
    root = root_session_of(emulator, MEMBER, RootTask.SQS_UNLOCK, "sqs", region=REGION)
    assert root.list_queues()["QueueUrls"] == [url]
    assert root.get_queue_url(QueueName="jobs")["QueueUrl"] == url
    assert json.loads(attributes(root, url, "Policy")["Policy"]) == json.loads(policy())
    before = attributes(root, url)
    for name in ("receive_message", "delete_queue", "list_queue_tags"):
        assert refusal_of(getattr(root, name), QueueUrl=url)[1].endswith(
            "with an explicit deny in a session policy"
        )
    root.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    after = attributes(owner, url)
    assert {name for name in before | after if before.get(name) != after.get(name)} <= {
        "Policy",
        "LastModifiedTimestamp",
    }
    assert "Policy" not in after
    assert owner.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "text"


def test_root_with_a_key_of_its_own_sets_the_policy_and_reads_no_message(
    emulator: Emulator, client_of: Any, owner: Any, refusal_of: Refusal
) -> None:
    url = make(owner, policy())
    root = client_of(emulator, "sqs", create_root_key(emulator.world, MEMBER), region=REGION)
    assert refusal_of(root.receive_message, QueueUrl=url)[0] == "AccessDenied"
    better = policy(Action="sqs:DeleteQueue")
    root.set_queue_attributes(QueueUrl=url, Attributes={"Policy": better})
    assert json.loads(attributes(owner, url)["Policy"]) == json.loads(better)
    assert refusal_of(owner.delete_queue, QueueUrl=url)[0] == "AccessDenied"


def test_another_accounts_root_session_stays_outside(
    emulator: Emulator, owner: Any, root_session_of: Any, refusal_of: Refusal
) -> None:
    url = make(owner, policy(Effect="Allow"))
    root = root_session_of(emulator, OTHER, RootTask.SQS_UNLOCK, "sqs", region=REGION)
    found = refusal_of(root.set_queue_attributes, QueueUrl=url, Attributes={"Policy": ""})
    assert found[::2] == ("AccessDenied", 403)
    assert found[1].endswith("because no resource-based policy allows the sqs:setqueueattributes action")
    assert refusal_of(root.get_queue_attributes, QueueUrl=url, AttributeNames=["Policy"])[1].endswith(
        "with an explicit deny in a session policy"
    )
    assert json.loads(attributes(owner, url)["Policy"]) == json.loads(policy(Effect="Allow"))


def test_another_account_gets_in_where_both_sides_say_so(
    emulator: Emulator, owner: Any, client_of: Any, refusal_of: Refusal
) -> None:
    url, stranger = make(owner), client_of(emulator, "sqs", f"emulator-{OTHER}", region=REGION)
    found = refusal_of(stranger.send_message, QueueUrl=url, MessageBody="theirs")
    assert found[1].endswith("because no resource-based policy allows the sqs:sendmessage action")
    opened = policy(Effect="Allow", Principal={"AWS": OTHER}, Action=["sqs:SendMessage", "sqs:GetQueueUrl"])
    owner.set_queue_attributes(QueueUrl=url, Attributes={"Policy": opened})
    assert stranger.get_queue_url(QueueName="jobs", QueueOwnerAWSAccountId=MEMBER)["QueueUrl"] == url
    stranger.send_message(QueueUrl=url, MessageBody="theirs")
    received = owner.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert sorted(one["Body"] for one in received) == ["text", "theirs"]
    assert refusal_of(stranger.receive_message, QueueUrl=url)[0] == "AccessDenied"


def test_every_region_has_its_own_queues(
    emulator: Emulator, owner: Any, client_of: Any, root_session_of: Any, refusal_of: Refusal
) -> None:
    url = make(owner, policy())
    home = client_of(emulator, "sqs", OWNER)
    other = home.create_queue(QueueName="elsewhere")["QueueUrl"]
    for region, expected in ((REGION, [url]), ("us-east-1", [other]), ("sa-east-1", [])):
        root = root_session_of(emulator, MEMBER, RootTask.SQS_UNLOCK, "sqs", region=region)
        assert root.list_queues().get("QueueUrls", []) == expected
    root = root_session_of(emulator, MEMBER, RootTask.SQS_UNLOCK, "sqs", region="us-east-1")
    gone = ("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.", 400)
    assert refusal_of(root.set_queue_attributes, QueueUrl=url, Attributes={"Policy": ""}) == gone
    assert refusal_of(root.get_queue_attributes, QueueUrl=url)[0] == gone[0]
    assert refusal_of(root.get_queue_url, QueueName="jobs")[0] == gone[0]
    with pytest.raises(root.exceptions.QueueDoesNotExist):
        root.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})


def test_an_scp_on_regions_keeps_root_sessions_from_queues(
    emulator: Emulator, client_of: Any, root_session_of: Any, refusal_of: Refusal
) -> None:
    root = root_session_of(emulator, GUARDED, RootTask.SQS_UNLOCK, "sqs", region=REGION)
    assert refusal_of(root.list_queues)[1].endswith("with an explicit deny in a service control policy")
    home = root_session_of(emulator, GUARDED, RootTask.SQS_UNLOCK, "sqs")
    assert "QueueUrls" not in home.list_queues()


def test_the_list_comes_in_pages_and_by_prefix(owner: Any, refusal_of: Refusal) -> None:
    names = ("b", "a.fifo", "a1", "a2", "c")
    for name in names:
        fifo = {"Attributes": {"FifoQueue": "true"}} if name.endswith(".fifo") else {}
        owner.create_queue(QueueName=name, **fifo)
    first = owner.list_queues(MaxResults=2)
    second = owner.list_queues(MaxResults=2, NextToken=first["NextToken"])
    third = owner.list_queues(MaxResults=2, NextToken=second["NextToken"])
    listed = [url.rpartition("/")[2] for page in (first, second, third) for url in page["QueueUrls"]]
    assert (listed, "NextToken" in third) == (sorted(names), False)
    found = owner.list_queues(QueueNamePrefix="a.")["QueueUrls"]
    assert [url.rpartition("/")[2] for url in found] == ["a.fifo"]
    assert refusal_of(owner.list_queues, MaxResults=1001)[::2] == ("InvalidParameterValue", 400)
    assert refusal_of(owner.list_queues, NextToken="?")[::2] == ("InvalidParameterValue", 400)


def test_other_attributes_stay_whatever_is_set(owner: Any, refusal_of: Refusal) -> None:
    url = make(owner, policy(Action="sqs:DeleteQueue"))
    owner.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "5"})
    found = attributes(owner, url)
    assert json.loads(found["Policy"]) == json.loads(policy(Action="sqs:DeleteQueue"))
    assert (found["VisibilityTimeout"], found["DelaySeconds"]) == ("77", "5")
    code, text, _ = refusal_of(owner.set_queue_attributes, QueueUrl=url, Attributes={"Colour": "red"})
    assert (code, text) == ("InvalidAttributeName", "Unknown Attribute Colour.")
    code, text, _ = refusal_of(owner.set_queue_attributes, QueueUrl=url, Attributes={"DelaySeconds": "soon"})
    assert (code, text) == ("InvalidAttributeValue", "Invalid value for the parameter DelaySeconds.")
    assert attributes(owner, url)["DelaySeconds"] == "5"


@pytest.mark.parametrize(
    "document",
    [
        "not JSON",
        "{}",
        "[]",
        policy(Effect="Perhaps"),
        policy(Action="s3:GetObject"),
        json.dumps({"Statement": {"Effect": "Deny", "Action": "sqs:*", "Resource": ARN}}),
    ],
)
def test_a_malformed_policy_is_refused_and_the_old_one_stays(
    owner: Any, refusal_of: Refusal, document: str
) -> None:
    old = policy(Action="sqs:DeleteQueue")
    url = make(owner, old)
    found = refusal_of(owner.set_queue_attributes, QueueUrl=url, Attributes={"Policy": document})
    assert found == ("InvalidAttributeValue", "Invalid value for the parameter Policy.", 400)
    assert json.loads(attributes(owner, url)["Policy"]) == json.loads(old)


def test_a_queue_is_made_with_its_policy_or_not_at_all(owner: Any, refusal_of: Refusal) -> None:
    for document in ("not JSON", "{}"):
        refused = refusal_of(owner.create_queue, QueueName="jobs", Attributes={"Policy": document})
        assert refused == ("InvalidAttributeValue", "Invalid value for the parameter Policy.", 400)
    for wrong in ({"Colour": "red"}, {"DelaySeconds": "soon"}, {"MaximumMessageSize": "1"}):
        assert refusal_of(owner.create_queue, QueueName="jobs", Attributes=wrong)[0].startswith("InvalidAttr")
    assert refusal_of(owner.create_queue, QueueName="no spaces")[0] == "InvalidParameterValue"
    assert "QueueUrls" not in owner.list_queues()
    attached = {"Policy": policy(Action="sqs:DeleteQueue"), "DelaySeconds": "3"}
    url = owner.create_queue(QueueName="jobs", Attributes=attached, tags={"team": "red"})["QueueUrl"]
    assert owner.create_queue(QueueName="jobs", Attributes={"DelaySeconds": "3"})["QueueUrl"] == url
    assert refusal_of(owner.create_queue, QueueName="jobs", Attributes={"DelaySeconds": "4"})[0] == (
        "QueueAlreadyExists"
    )
    assert json.loads(attributes(owner, url)["Policy"]) == json.loads(policy(Action="sqs:DeleteQueue"))
    assert owner.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "red"}
    assert refusal_of(owner.delete_queue, QueueUrl=url)[0] == "AccessDenied"


def test_the_limits_of_a_policy(owner: Any, refusal_of: Refusal) -> None:
    url = make(owner)
    actions = [f"sqs:Action{number}" for number in range(8)]
    code, text, status = refusal_of(
        owner.set_queue_attributes, QueueUrl=url, Attributes={"Policy": policy(Action=actions)}
    )
    assert (code, text, status) == ("OverLimit", "8 Actions were found, maximum allowed is 7.", 403)
    long = policy(Sid="x" * 8192)
    assert refusal_of(owner.set_queue_attributes, QueueUrl=url, Attributes={"Policy": long})[0] == "OverLimit"
    assert "Policy" not in attributes(owner, url)


def test_identity_policies_count_as_well(
    emulator: Emulator, owner: Any, client_of: Any, refusal_of: Refusal
) -> None:
    url, nobody = make(owner), client_of(emulator, "sqs", f"{OWNER}-nobody", region=REGION)
    assert refusal_of(nobody.receive_message, QueueUrl=url)[1].endswith(
        "because no identity-based policy allows the sqs:receivemessage action"
    )
    allowed = {"AWS": f"arn:aws:iam::{MEMBER}:role/nobody"}
    opened = policy(Effect="Allow", Principal=allowed, Action="sqs:ReceiveMessage")
    owner.set_queue_attributes(QueueUrl=url, Attributes={"Policy": opened})
    assert nobody.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "text"
