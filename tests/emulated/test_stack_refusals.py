"""CloudFormation has the permissions of its caller: what they lack fails the stack while it is under way, and it goes back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.org_file import OrganizationFile, PrincipalSpec
from rootwarden.emulator.stack_permissions import Place, Work, stack_calls

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

SHOP = "333333333333"
STACK = "alarm"
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "Alarm"}}
RULE = {
    "Type": "AWS::Events::Rule",
    "Properties": {"Name": "Alarm", "EventPattern": {"source": ["aws.sts"]}, "State": "ENABLED"},
}
LIMITS: dict[str, tuple[str, ...]] = {
    "NoRules": ("cloudformation:*", "sns:*"),
    "NoDeleting": (
        "cloudformation:*",
        "sns:CreateTopic",
        "sns:Get*",
        "sns:List*",
        "events:*",
    ),
}


def allow(*actions: str, **condition: Any) -> dict[str, Any]:
    """A document that allows these."""
    one: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    if condition:
        one["Condition"] = condition["condition"]
    return {"Version": "2012-10-17", "Statement": [one]}


VIA = {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}
ROLES = (
    *(PrincipalSpec(account=SHOP, name=name, policies=(allow(*may),)) for name, may in LIMITS.items()),
    PrincipalSpec(
        account=SHOP,
        name="OnlyVia",
        policies=(allow("cloudformation:*"), allow("sns:*", condition=VIA)),
    ),
)


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    file = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=(account(SHOP, "Shop"),),
        principals=ROLES,
    )
    started: Emulator = rootwarden_organization(file)
    return started


def change(cloud: Any, kind: str, **resources: Any) -> None:
    """A change set, executed."""
    name = f"set{len(cloud.list_change_sets(StackName=STACK)['Summaries']) if kind == 'UPDATE' else 0}"
    cloud.create_change_set(
        StackName=STACK,
        ChangeSetName=name,
        ChangeSetType=kind,
        TemplateBody=json.dumps({"Resources": resources}),
    )
    cloud.execute_change_set(StackName=STACK, ChangeSetName=name)


def state(cloud: Any) -> str:
    return str(cloud.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"])


def failures(cloud: Any) -> list[tuple[str, str]]:
    events = cloud.describe_stack_events(StackName=STACK)["StackEvents"]
    return [
        (one["LogicalResourceId"], one["ResourceStatusReason"])
        for one in events
        if one["ResourceStatus"].endswith("_FAILED") and one["ResourceType"] != "AWS::CloudFormation::Stack"
    ]


def topics(emulator: Emulator, client_of: Any) -> list[str]:
    found = client_of(emulator, "sns", f"emulator-{SHOP}").list_topics()["Topics"]
    return [one["TopicArn"].rpartition(":")[2] for one in found]


def test_making(emulator: Emulator, client_of: Any) -> None:
    """Nothing is left but the stack, which says what was denied; then it can only be deleted, and made anew."""
    cloud = client_of(emulator, "cloudformation", f"emulator-{SHOP}-NoRules")
    change(cloud, "CREATE", Topic=TOPIC, Rule=RULE)
    assert state(cloud) == "ROLLBACK_COMPLETE"
    ((name, why),) = failures(cloud)
    assert name == "Rule"
    assert f"arn:aws:sts::{SHOP}:assumed-role/NoRules/emulator is not authorized to perform: events:" in why
    assert "HandlerErrorCode: AccessDenied" in why
    assert topics(emulator, client_of) == []
    admin = client_of(emulator, "cloudformation", f"emulator-{SHOP}")
    admin.delete_stack(StackName=STACK)
    change(admin, "CREATE", Topic=TOPIC, Rule=RULE)
    assert (state(admin), topics(emulator, client_of)) == ("CREATE_COMPLETE", ["Alarm"])


def test_changing(emulator: Emulator, client_of: Any) -> None:
    """The stack stays as it was."""
    admin = client_of(emulator, "cloudformation", f"emulator-{SHOP}")
    change(admin, "CREATE", Topic=TOPIC)
    cloud = client_of(emulator, "cloudformation", f"emulator-{SHOP}-NoRules")
    change(cloud, "UPDATE", Topic=TOPIC, Rule=RULE)
    assert state(cloud) == "UPDATE_ROLLBACK_COMPLETE"
    assert [name for name, _ in failures(cloud)] == ["Rule"]
    rules = client_of(emulator, "events", f"emulator-{SHOP}").list_rules()["Rules"]
    assert rules == []
    change(admin, "UPDATE", Topic=TOPIC, Rule=RULE)
    assert state(admin) == "UPDATE_COMPLETE"


def test_deleting(emulator: Emulator, client_of: Any) -> None:
    """Everything stays, and the stack says what could not be deleted."""
    admin = client_of(emulator, "cloudformation", f"emulator-{SHOP}")
    change(admin, "CREATE", Topic=TOPIC)
    cloud = client_of(emulator, "cloudformation", f"emulator-{SHOP}-NoDeleting")
    cloud.delete_stack(StackName=STACK)
    assert (state(cloud), topics(emulator, client_of)) == ("DELETE_FAILED", ["Alarm"])
    ((name, why),) = failures(cloud)
    assert (name, "sns:DeleteTopic" in why) == ("Topic", True)
    admin.delete_stack(StackName=STACK)
    assert topics(emulator, client_of) == []


def test_policies_see_through_which_service_a_call_came(emulator: Emulator, client_of: Any) -> None:
    """aws:CalledVia: its holder makes topics by stacks, and none itself."""
    sns = client_of(emulator, "sns", f"emulator-{SHOP}-OnlyVia")
    with pytest.raises(sns.exceptions.ClientError, match="not authorized to perform: sns:CreateTopic"):
        sns.create_topic(Name="Other")
    cloud = client_of(emulator, "cloudformation", f"emulator-{SHOP}-OnlyVia")
    change(cloud, "CREATE", Topic=TOPIC)
    assert (state(cloud), topics(emulator, client_of)) == ("CREATE_COMPLETE", ["Alarm"])


def test_a_second_change_set_for_a_stack_under_review(emulator: Emulator, client_of: Any) -> None:
    """It is one of the same stack."""
    cloud = client_of(emulator, "cloudformation", f"emulator-{SHOP}")
    template = json.dumps({"Resources": {"Topic": TOPIC}})
    for name in ("one", "two"):
        cloud.create_change_set(
            StackName=STACK, ChangeSetName=name, ChangeSetType="CREATE", TemplateBody=template
        )
    cloud.execute_change_set(StackName=STACK, ChangeSetName="two")
    assert [one["StackStatus"] for one in cloud.describe_stacks()["Stacks"]] == ["CREATE_COMPLETE"]


TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "Alarm"}},
        "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": {"TopicArn": {"Ref": "Topic"}}},
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "Hub"}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "Name": "Alarm",
                "EventBusName": {"Ref": "Bus"},
                "Targets": [{"Id": "1", "Arn": "x", "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}],
            },
        },
        "Other": {"Type": "AWS::EC2::Instance", "Properties": {}},
    }
}


class TestCalls:
    """What CloudFormation calls for one resource, and on what."""

    PLACE = Place("aws-us-gov", SHOP, "us-gov-west-1", STACK)

    def calls(self, name: str, work: Work = Work.CREATE) -> dict[str, str]:
        return dict(stack_calls(TEMPLATE, name, work, self.PLACE))

    def test_where(self) -> None:
        stem = f"us-gov-west-1:{SHOP}"
        assert self.calls("Topic")["sns:CreateTopic"] == f"arn:aws-us-gov:sns:{stem}:Alarm"
        assert self.calls("Subscription")["sns:Subscribe"] == f"arn:aws-us-gov:sns:{stem}:Alarm"
        assert self.calls("Subscription", Work.DELETE)["sns:Unsubscribe"] == "*"
        rule = self.calls("Rule")
        assert rule["events:PutRule"] == f"arn:aws-us-gov:events:{stem}:rule/Hub/Alarm"
        assert rule["iam:PassRole"] == f"arn:aws-us-gov:iam::{SHOP}:role/{STACK}-Role-EMULATED"

    def test_only_what_its_properties_ask_for(self) -> None:
        assert "iam:AttachRolePolicy" not in self.calls("Role")
        assert "iam:PassRole" in self.calls("Rule", Work.DELETE)

    def test_a_type_that_is_not_known_takes_nothing(self) -> None:
        assert self.calls("Other") == {}
