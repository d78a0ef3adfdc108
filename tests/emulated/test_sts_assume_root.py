"""sts:AssumeRoot in the emulator, answer for answer as AWS was recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account, small
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.org_file import OrganizationFile, PrincipalSpec
from rootwarden.model.features import RootFeature
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

Refusal = Callable[..., tuple[str, str, int]]

MEMBER = "555555555555"
OTHER = "444444444444"
STANDALONE = "131313131313"
CREDENTIAL_TASKS = (RootTask.AUDIT, RootTask.DELETE, RootTask.CREATE_PASSWORD)
UNLOCK_TASKS = (RootTask.S3_UNLOCK, RootTask.SQS_UNLOCK)


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sts:AssumeRoot", "Resource": "*", **more}


PRINCIPALS = {
    "nothing": (),
    "everything": (policy({"Effect": "Allow", "Action": "*", "Resource": "*"}),),
    "refused": (policy(allow(Action="*"), {**allow(), "Effect": "Deny"}),),
    "one-account": (policy(allow(Resource=f"arn:aws:iam::{MEMBER}:root")),),
    "one-task": (
        policy(
            allow(Condition={"ArnEquals": {"sts:TaskPolicyARN": RootTask.AUDIT.policy_arn("aws")}}),
        ),
    ),
}


@pytest.fixture
def organization() -> OrganizationFile:
    """The small company with everything enabled and a delegate."""
    return small().model_copy(
        update={
            "trusted_services": ("iam.amazonaws.com",),
            "root_features": ("RootCredentialsManagement", "RootSessions"),
            "delegated_administrators": {SECURITY: ("iam.amazonaws.com",)},
            "standalone_accounts": (account(STANDALONE, "Elsewhere"),),
            "principals": tuple(
                PrincipalSpec(account=MANAGEMENT, name=name, policies=policies)
                for name, policies in PRINCIPALS.items()
            ),
            "faults": (),
        }
    )


@pytest.fixture
def emulator(rootwarden_organization: Any, organization: OrganizationFile) -> Emulator:
    started: Emulator = rootwarden_organization(organization)
    return started


def parameters(target: str = MEMBER, task: RootTask = RootTask.AUDIT, **more: Any) -> dict[str, Any]:
    return {"TargetPrincipal": target, "TaskPolicyArn": {"arn": task.policy_arn("aws")}, **more}


def generic(caller: str, target: str) -> tuple[str, str, int]:
    """The one text for every missing permission, wrong caller and wrong target."""
    text = (
        f"User: {caller} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::{target}:root"
    )
    return "AccessDenied", text, 403


def administrator(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:user/Administrator"


def session_of(name: str) -> str:
    return f"arn:aws:sts::{MANAGEMENT}:assumed-role/{name}/emulator"


@pytest.mark.parametrize("profile", ["emulator-management", "emulator-security"])
@pytest.mark.parametrize("target", [MEMBER, f"arn:aws:iam::{MEMBER}:root"])
def test_management_and_delegate_open_sessions(
    emulator: Emulator, client_of: Any, profile: str, target: str
) -> None:
    sts = client_of(emulator, "sts", profile)
    answer = sts.assume_root(**parameters(target))
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert "SourceIdentity" not in answer
    assert emulator.world.keyring.find(answer["Credentials"]["AccessKeyId"])


def test_a_session_lasts_as_long_as_asked_and_a_quarter_of_an_hour_by_default(
    rootwarden_organization: Any, organization: OrganizationFile, client_of: Any
) -> None:
    clock = Clock(small().now)
    emulator = rootwarden_organization(organization, clock=clock)
    sts = client_of(emulator, "sts")
    for asked, seconds in ((None, 900), (60, 60), (0, 0)):
        more: dict[str, Any] = {} if asked is None else {"DurationSeconds": asked}
        before = clock.now()
        expires = sts.assume_root(**parameters(**more))["Credentials"]["Expiration"]
        low, high = before.replace(microsecond=0), clock.now()
        assert low + timedelta(seconds=seconds) <= expires <= high + timedelta(seconds=seconds)


@pytest.mark.parametrize("task", list(RootTask))
@pytest.mark.parametrize("features", [(), ("RootCredentialsManagement",), ("RootSessions",)])
def test_each_task_needs_its_own_feature(
    emulator: Emulator, client_of: Any, refusal_of: Refusal, task: RootTask, features: tuple[str, ...]
) -> None:
    emulator.world.features = {RootFeature(one) for one in features}
    sts = client_of(emulator, "sts")
    if task.feature in emulator.world.features:
        assert sts.assume_root(**parameters(task=task))["Credentials"]["SessionToken"]
        return
    name = "Root sessions" if task in UNLOCK_TASKS else "Root credentials management"
    expected = ("AccessDenied", f"{name} feature is not enabled for your AWS Organization.", 403)
    assert refusal_of(sts.assume_root, **parameters(task=task)) == expected


def test_without_trusted_access_nothing_opens_and_the_features_are_kept(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    trusted = emulator.world.organization.trusted
    since = trusted.pop("iam.amazonaws.com")
    sts = client_of(emulator, "sts")
    expected = ("AccessDenied", "Service not enabled for AWS Organizations.", 403)
    assert refusal_of(sts.assume_root, **parameters()) == expected
    trusted["iam.amazonaws.com"] = since
    assert sts.assume_root(**parameters())["Credentials"]


@pytest.mark.parametrize(
    ("caller", "target"),
    [
        (MANAGEMENT, MANAGEMENT),
        (SECURITY, MANAGEMENT),
        (OTHER, MEMBER),
        (STANDALONE, MEMBER),
        (MANAGEMENT, STANDALONE),
        (MANAGEMENT, "000000000001"),
        (MANAGEMENT, "101010101010"),
        (MANAGEMENT, "121212121212"),
    ],
    ids=[
        "management account",
        "management account from the delegate",
        "plain member calls",
        "outsider calls",
        "outsider",
        "nobody",
        "suspended",
        "about to close",
    ],
)
def test_one_text_for_every_wrong_side(
    emulator: Emulator, client_of: Any, refusal_of: Refusal, caller: str, target: str
) -> None:
    sts = client_of(emulator, "sts", f"emulator-{caller}")
    assert refusal_of(sts.assume_root, **parameters(target)) == generic(administrator(caller), target)


def test_a_deregistered_delegate_is_a_plain_member(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    client_of(emulator, "organizations").deregister_delegated_administrator(
        AccountId=SECURITY, ServicePrincipal="iam.amazonaws.com"
    )
    sts = client_of(emulator, "sts", "emulator-security")
    assert refusal_of(sts.assume_root, **parameters()) == generic(administrator(SECURITY), MEMBER)


@pytest.mark.parametrize("name", ["nothing", "refused"])
def test_policies_deny_without_saying_why(
    emulator: Emulator, client_of: Any, refusal_of: Refusal, name: str
) -> None:
    sts = client_of(emulator, "sts", f"emulator-{MANAGEMENT}-{name}")
    assert refusal_of(sts.assume_root, **parameters()) == generic(session_of(name), MEMBER)


def test_policies_can_name_the_account(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    sts = client_of(emulator, "sts", f"emulator-{MANAGEMENT}-one-account")
    assert sts.assume_root(**parameters())["Credentials"]
    assert refusal_of(sts.assume_root, **parameters(OTHER)) == generic(session_of("one-account"), OTHER)


def test_policies_can_name_the_task(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    sts = client_of(emulator, "sts", f"emulator-{MANAGEMENT}-one-task")
    assert sts.assume_root(**parameters())["Credentials"]
    denied = refusal_of(sts.assume_root, **parameters(task=RootTask.DELETE))
    assert denied == generic(session_of("one-task"), MEMBER)


def test_an_scp_on_the_delegate_denies_the_call(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    state = emulator.world.organization
    content = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:AssumeRoot","Resource":"*"}}'
    )
    state.attach(state.add_policy("NoRoot", "SERVICE_CONTROL_POLICY", content), state.accounts[SECURITY])
    sts = client_of(emulator, "sts", "emulator-security")
    assert refusal_of(sts.assume_root, **parameters()) == generic(administrator(SECURITY), MEMBER)
    assert client_of(emulator, "sts").assume_root(**parameters())["Credentials"]


def test_a_root_session_opens_no_other(emulator: Emulator, root_session_of: Any, refusal_of: Refusal) -> None:
    sts = root_session_of(emulator, SECURITY, RootTask.AUDIT, "sts")
    denied = refusal_of(sts.assume_root, **parameters())
    assert denied == generic(f"arn:aws:iam::{SECURITY}:root", MEMBER)


NULL_TASK = "1 validation error detected: Value null at 'taskPolicyArn' failed to satisfy constraint: Member must not be null"
TOO_LONG = (
    "1 validation error detected: Value '901' at 'durationSeconds' failed to satisfy constraint: "
    "Member must have value less than or equal to 900"
)


@pytest.mark.parametrize("profile", ["emulator-management", f"emulator-{OTHER}"])
@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}},
            "Request must contain valid AWS managed task policy ARN",
        ),
        (
            {"TaskPolicyArn": {"arn": RootTask.AUDIT.policy_arn("aws-us-gov")}},
            "Request must contain valid AWS managed task policy ARN",
        ),
        ({"TaskPolicyArn": {}}, NULL_TASK),
        (
            {"TargetPrincipal": f"arn:aws:iam::{MEMBER}:user/alice"},
            "Request must contain a valid target principal",
        ),
        ({"TargetPrincipal": "twelve chars"}, "Request must contain a valid target principal"),
        ({"DurationSeconds": 901}, TOO_LONG),
    ],
    ids=["another policy", "another partition's policy", "no policy", "a user", "no account", "901 seconds"],
)
def test_requests_are_validated_before_anything_is_authorized(
    emulator: Emulator,
    client_of: Any,
    refusal_of: Refusal,
    *,
    profile: str,
    change: dict[str, Any],
    text: str,
) -> None:
    sts = client_of(emulator, "sts", profile)
    denied = refusal_of(sts.assume_root, **{**parameters(), **change})
    assert denied == ("ValidationError", text, 400)


def test_every_broken_rule_is_named(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    sts = client_of(emulator, "sts")
    code, text, _ = refusal_of(
        sts.assume_root, TargetPrincipal="x" * 2049, TaskPolicyArn={"arn": "a" * 20}, DurationSeconds=5000
    )
    assert code == "ValidationError"
    assert text.startswith("2 validation errors detected: ")
    assert "at 'targetPrincipal' failed to satisfy constraint: Member must have length less than" in text
    assert "Value '5000' at 'durationSeconds'" in text


def test_govcloud_has_its_own_names(
    rootwarden_organization: Any, client_of: Any, refusal_of: Refusal
) -> None:
    emulator = rootwarden_organization(
        OrganizationFile(
            partition="aws-us-gov",
            management_account=account(MANAGEMENT, "Agency"),
            accounts=(account(MEMBER, "Bureau"),),
            trusted_services=("iam.amazonaws.com",),
            root_features=("RootSessions",),
        )
    )
    sts = client_of(emulator, "sts", region="us-gov-west-1")
    unlock = {"arn": RootTask.SQS_UNLOCK.policy_arn("aws-us-gov")}
    assert sts.assume_root(TargetPrincipal=MEMBER, TaskPolicyArn=unlock)["Credentials"]
    code, text, _ = refusal_of(
        sts.assume_root, TargetPrincipal=f"arn:aws:iam::{MEMBER}:root", TaskPolicyArn=unlock
    )
    assert (code, text) == ("ValidationError", "Request must contain a valid target principal")
