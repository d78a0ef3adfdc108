"""Who can and who is one step away: cases of policies, trust policies and ways through IAM."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from access_world import (
    BANK,
    DELEGATE,
    LEGACY,
    MANAGED,
    MANAGEMENT,
    ORGANIZATION,
    OUTSIDE,
    POWER_USER,
    SHOP,
    TASKS,
    allow,
    delegate,
    deny,
    group,
    judged,
    management,
    own_policy,
    policy,
    role,
    trust,
    user,
    world,
)

from rootwarden.model.access import Can, HolderKind, Severity
from rootwarden.model.features import CallerRole
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.model.reason import local
from rootwarden.model.tasks import RootTask
from rootwarden.operations.access.evidence import AccountEvidence
from rootwarden.operations.access.judge import judge_access, trusted_accounts

if TYPE_CHECKING:
    from rootwarden.model.access import HolderAccess, OneStepAway
    from rootwarden.operations.access.judge import Access

AUDIT = f"{TASKS}/IAMAuditRootUserCredentials"
ONLY_AUDIT = {"ArnEquals": {"sts:TaskPolicyArn": AUDIT}}
NOTHING = policy(allow("s3:GetObject", "*"))
CAN = policy(allow())


def can(access: Access) -> dict[str, HolderAccess]:
    return {one.holder.name: one for one in access.can}


def away(access: Access) -> dict[str, OneStepAway]:
    return {one.holder.name: one for one in access.one_step}


def means(access: Access, name: str) -> dict[str, Can]:
    """The ways of a principal, each with its answer."""
    found = away(access).get(name)
    return {step.means: step.answer for step in found.steps} if found else {}


def codes(access: Access, name: str) -> dict[str, Severity]:
    return {flag.code: flag.severity for flag in can(access)[name].flags}


def test_who_has_nothing_has_no_row() -> None:
    access = judged(role("app", NOTHING), user("eve"))
    assert (access.can, access.one_step, access.unread) == ((), (), ())


def test_two_accounts_two_tasks_two_grants() -> None:
    """What differs by account or task stands apart; what does not is told once."""
    document = policy(
        allow(resource=f"arn:aws:iam::{SHOP}:root"),
        allow(resource=f"arn:aws:iam::{LEGACY}:root", Condition=ONLY_AUDIT),
    )
    wide, narrow = can(judged(role("ops", document)))["ops"].grants
    assert (wide.accounts, wide.tasks) == ((SHOP,), tuple(RootTask))
    assert (narrow.accounts, narrow.tasks) == ((LEGACY,), (RootTask.AUDIT,))
    assert narrow.grounds[0].statement == "statement 2"
    assert "no_account_limit" not in codes(judged(role("ops", document)), "ops")


def test_every_statement_that_allows_is_named() -> None:
    """Of a user by its groups too: who takes one away has to know the other."""
    access = judged(
        user("eve", CAN, groups=("ops",), attached=(POWER_USER,)), group("ops", policy(allow("sts:*", "*")))
    )
    (grant,) = can(access)["eve"].grants
    assert {one.policy for one in grant.grounds} == {
        "user eve, inline policy p1",
        "group ops, inline policy p1",
        POWER_USER,
    }


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (CAN, {"no_task_limit": Severity.HIGH, "no_account_limit": Severity.MEDIUM}),
        (policy(allow(Condition=ONLY_AUDIT)), {"no_account_limit": Severity.MEDIUM}),
        (policy(allow(resource=f"arn:aws:iam::{SHOP}:root")), {"no_task_limit": Severity.HIGH}),
        (policy(allow(resource=f"arn:aws:iam::{SHOP}:root", Condition=ONLY_AUDIT)), {}),
        (policy(allow("*", "*"), deny(Condition={"StringNotEquals": {"sts:TaskPolicyArn": AUDIT}})), {"no_account_limit": Severity.MEDIUM}),
        (policy(allow(Condition={"StringLike": {"sts:TaskPolicyArn": f"{TASKS}/*"}})), {"no_task_limit": Severity.HIGH, "no_account_limit": Severity.MEDIUM}),
    ],
)  # fmt: skip
def test_limits(document: Any, expected: dict[str, Severity]) -> None:
    """By what the policies would say of another task and another account, not by how they are written."""
    assert codes(judged(role("ops", document)), "ops") == expected


def test_power_user_by_a_group() -> None:
    access = judged(user("eve", groups=("dev",)), group("dev", attached=(POWER_USER,)))
    assert codes(access, "eve")["power_user_access"] is Severity.HIGH


@pytest.mark.parametrize(
    ("long_term", "code"),
    [
        (Seen({"eve": True}), "long_term_user"),
        (Seen({"eve": False}), None),
        (NotSeen(local("denied", "no")), "long_term_not_read"),
        (Seen({}), "long_term_not_read"),
    ],
)
def test_long_term_users(long_term: Any, code: str | None) -> None:
    """By the credential report; one it does not have is not taken for one without credentials."""
    access = judge_access(world(delegate(user("eve", CAN), long_term=long_term)))
    assert {one for one in codes(access, "eve") if one.startswith("long")} == ({code} if code else set())
    assert bool(access.unread) == (code == "long_term_not_read")


def aws(who: str) -> dict[str, Any]:
    return {"AWS": who}


GITHUB = f"arn:aws:iam::{DELEGATE}:oidc-provider/token.actions.githubusercontent.com"
WEB = "sts:AssumeRoleWithWebIdentity"


@pytest.mark.parametrize(
    ("trusts", "code", "words"),
    [
        (trust("*"), "assumable_by_anyone", "lets in anyone."),
        (trust(aws("*"), StringEquals={"sts:ExternalId": "x"}), "assumable_by_anyone", "for whom StringEquals"),
        (trust("*", StringEquals={"aws:PrincipalOrgID": ORGANIZATION}), "assumable_from_another_account", "every account of"),
        (trust("*", StringEquals={"aws:PrincipalAccount": OUTSIDE}), "assumable_from_outside", OUTSIDE),
        (trust(aws(f"arn:aws:iam::{OUTSIDE}:root")), "assumable_from_outside", f"account {OUTSIDE}, outside"),
        (trust(aws(f"arn:aws:iam::{OUTSIDE}:role/x")), "assumable_from_outside", "role/x, outside"),
        (trust(aws(OUTSIDE), StringEquals={"aws:PrincipalOrgID": "o-other12345"}), "assumable_from_outside", " if "),
        (trust(aws("888888888888")), "assumable_from_unknown", "888888888888"),
        (trust(aws(BANK)), "assumable_from_another_account", BANK),
        (trust(aws(DELEGATE)), None, ""),
        (trust(), None, ""),
        (trust({"Federated": GITHUB}, WEB, StringEquals={f"{GITHUB.rpartition('/')[2]}:aud": "sts"}), "assumable_by_anyone", "any identity of"),
        (trust({"Federated": GITHUB}, WEB, StringLike={f"{GITHUB.rpartition('/')[2]}:sub": "repo:us/*"}), None, ""),
        (trust({"Federated": f"arn:aws:iam::{DELEGATE}:saml-provider/corp"}, "sts:AssumeRoleWithSAML"), None, ""),
    ],
)  # fmt: skip
def test_who_may_assume(trusts: Any, code: str | None, words: str) -> None:
    """From outside the organization, from a member account, or by anyone, each with its conditions."""
    access = judged(role("ops", CAN, trusts=trusts))
    flags = {one.code: one.text for one in can(access)["ops"].flags if one.code.startswith("assumable")}
    assert set(flags) == ({code} if code else set())
    assert words in "".join(flags.values())


def test_a_deny_in_the_trust_policy_counts() -> None:
    document = policy(
        *trust("*")["Statement"],
        {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}
        | {"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}}},
    )
    access = judged(role("ops", CAN, trusts=document))
    assert "assumable_by_anyone" not in codes(access, "ops")


def test_accounts_that_trust_policies_name() -> None:
    things = (
        role("a", CAN, trusts=trust(aws(f"arn:aws:iam::{OUTSIDE}:user/x"))),
        role("b", trusts=trust(aws(BANK))),
    )
    assert trusted_accounts(world(delegate(*things))) == {OUTSIDE, BANK}


def test_kinds_of_principals() -> None:
    """Permission sets by their name; roles that only a service can use are counted, and left out."""
    name = "AWSReservedSSO_Admin_Access_0123456789abcdef"
    access = judged(
        role(name, CAN, path="/aws-reserved/sso.amazonaws.com/eu-west-1/"),
        role("AWSServiceRoleForX", CAN, path="/aws-service-role/x.amazonaws.com/"),
    )
    (one,) = access.can
    assert (one.holder.kind, one.holder.permission_set) == (HolderKind.PERMISSION_SET, "Admin_Access")
    assert access.accounts[0].service_linked == 1


def test_scps_bind_the_delegate_alone() -> None:
    scps = (policy(deny("sts:*")),)
    access = judge_access(
        world(delegate(role("here", CAN), scps=scps), management(role("there", CAN, account=MANAGEMENT)))
    )
    assert set(can(access)) == {"there"}


def test_what_was_not_read_leaves_it_open() -> None:
    """A policy that cannot be parsed, one that was not shown, a group that is not there: depends, told, and no limit is claimed."""
    lost = f"arn:aws:iam::{DELEGATE}:policy/lost"
    access = judged(
        role("a", {"Version": "2012-10-17"}), role("b", attached=(lost,)), user("c", groups=("gone",))
    )
    assert {name: one.grants[0].answer for name, one in can(access).items()} == dict.fromkeys(
        "abc", Can.DEPENDS
    )
    assert codes(access, "a") == codes(access, "b") == {}
    assert len([one for one in access.unread if "account" in one.what]) == 3
    denied = judged(role("b", policy(deny()), attached=(lost,)))
    assert denied.can == ()


def test_an_account_that_was_not_read() -> None:
    reason = local("no_caller", "nobody reads it")
    home = AccountEvidence(MANAGEMENT, CallerRole.MANAGEMENT, NotSeen(reason), ())
    access = judge_access(world(delegate(role("ops", CAN)), home))
    assert [(one.account, one.reason) for one in access.accounts] == [(DELEGATE, None), (MANAGEMENT, reason)]
    assert [one.reason for one in access.unread] == [reason]


# -- one step away ---------------------------------------------------------------------------------------------------------


ME = f"arn:aws:iam::{DELEGATE}"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("iam:PutUserPolicy", f"{ME}:user/eve"), "own_policy"),
        (allow("iam:AttachUserPolicy", f"{ME}:user/${{aws:username}}"), "own_policy"),
        (allow("iam:PutUserPolicy", f"{ME}:user/bob"), None),
        (allow("iam:PutRolePolicy", "*"), None),
        (allow("iam:PutGroupPolicy", f"{ME}:group/mine"), "own_group"),
        (allow("iam:AddUserToGroup", "*"), "add_to_group"),
        (allow("iam:AddUserToGroup", f"{ME}:group/mine"), None),
        (allow("iam:CreatePolicyVersion", f"{ME}:policy/*"), "policy_version"),
        (allow("iam:SetDefaultPolicyVersion", "*"), "policy_version"),
        (allow("iam:CreatePolicy*", f"{ME}:policy/other"), None),
        (allow(["iam:CreateUser", "iam:AttachUserPolicy", "iam:CreateAccessKey"], f"{ME}:user/rootwarden-*"), "new_user"),
        (allow(["iam:CreateUser", "iam:CreateAccessKey"], "*"), "user_credentials"),
        (allow(["iam:CreateRole", "iam:PutRolePolicy"], "*"), "new_role"),
        (allow("iam:UpdateAssumeRolePolicy", "*"), "role_trust"),
        (allow("iam:UpdateAssumeRolePolicy", "arn:aws:iam::*:role/aws-reserved/*"), None),
        (allow("iam:CreateLoginProfile", f"{ME}:user/root*"), "user_credentials"),
        (allow("sts:AssumeRole", "*"), "assume_role"),
        (allow("sts:AssumeRole", f"{ME}:role/app"), None),
        (allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], "*"), "pass_role"),
        (allow(["iam:PassRole"], "*"), None),
        (allow(["lambda:CreateFunction", "lambda:InvokeFunction"], "*"), None),
        (allow("lambda:UpdateFunctionCode", "*"), "running_code"),
        (allow("ssm:StartSession", "*"), "running_code"),
        (allow("sso:CreateAccountAssignment", "*"), "permission_set"),
        (allow("s3:*", "*"), None),
    ],
)  # fmt: skip
def test_ways(statement: Any, expected: str | None) -> None:
    """Each action that leads there, on a resource where it does; and the same where it does not."""
    own = own_policy("mine", NOTHING, CAN)
    eve = user("eve", policy(statement), groups=("mine",), attached=(own.arn,))
    able = (
        role("ops", CAN, trusts=trust(aws(DELEGATE))),
        role("runner", CAN, trusts=trust({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}), instance_profiles=("x",)),
        role("AWSReservedSSO_A_0123456789abcdef", CAN, path="/aws-reserved/sso.amazonaws.com/"),
        user("rootuser", CAN),
        group("can", CAN),
        group("mine", NOTHING),
        role("app", NOTHING, trusts=trust(aws(DELEGATE))),
    )  # fmt: skip
    access = judged(eve, own, *able)
    found = means(access, "eve")
    assert set(found) == ({expected} if expected else set())
    if expected in {"running_code", "permission_set"}:
        assert set(found.values()) == {Can.DEPENDS}


def test_a_role_that_names_the_principal_needs_nothing_else() -> None:
    """In the same account; from another one its own policies have to allow it too."""
    trusts = trust(aws(f"{ME}:role/app"))
    here = role("ops", CAN, trusts=trusts)
    assert means(judged(role("app", NOTHING), here), "app") == {"assume_role": Can.ALLOW}
    there = role("ops", CAN, account=MANAGEMENT, trusts=trusts)
    evidence = world(delegate(role("app", NOTHING)), management(there))
    assert means(judge_access(evidence), "app") == {}
    calling = role("app", policy(allow("sts:AssumeRole", "*")))
    evidence = world(delegate(calling), management(there))
    assert means(judge_access(evidence), "app") == {"assume_role": Can.ALLOW}


def test_conditions_of_a_trust_policy_leave_a_step_open() -> None:
    ops = role("ops", CAN, trusts=trust(aws(DELEGATE), Bool={"aws:MultiFactorAuthPresent": "true"}))
    access = judged(role("app", policy(allow("sts:AssumeRole", "*"))), ops)
    (step,) = away(access)["app"].steps
    assert (step.answer, step.depends_on) == (Can.DEPENDS, ("the conditions of the role's trust policy",))


def test_a_boundary_stops_a_step_unless_it_can_be_taken_away() -> None:
    bound = own_policy("bound", policy(allow(["iam:*", "s3:*"], "*")))
    eve = user("eve", policy(allow("iam:PutUserPolicy", "*")), boundary=bound.arn)
    assert means(judged(eve, bound), "eve") == {}
    freeing = policy(allow(["iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary"], "*"))
    eve = user("eve", freeing, boundary=bound.arn)
    (step,) = away(judged(eve, bound))["eve"].steps
    assert step.actions == ("iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary")
    eve = user("eve", policy(allow("*", "*")), boundary=bound.arn)
    found = away(judged(eve, bound))["eve"]
    assert "boundary" in {step.means for step in found.steps}


def test_an_scp_stops_a_step() -> None:
    scps = (policy(deny(Condition={"ArnNotLike": {"aws:PrincipalArn": f"{ME}:role/ops"}})),)
    eve = user("eve", policy(allow(["iam:PutUserPolicy", "iam:CreateRole", "iam:PutRolePolicy"], "*")))
    found = means(judge_access(world(delegate(eve, scps=scps))), "eve")
    assert found == {"new_role": Can.DEPENDS}  # it may be called as the SCP excepts


def test_identity_center_roles_cannot_be_changed_through_iam() -> None:
    name = "AWSReservedSSO_Iam_0123456789abcdef"
    iam = policy(allow("iam:PutRolePolicy", "*"))
    assert means(judged(role(name, iam, path="/aws-reserved/sso.amazonaws.com/")), name) == {}
    assert means(judged(role("Iam", iam)), "Iam") == {"own_policy": Can.ALLOW}


def test_who_can_everything_is_no_step_away_and_who_can_a_little_is() -> None:
    limited = policy(allow(Condition=ONLY_AUDIT), allow("iam:PutRolePolicy", "*"))
    access = judged(role("all", policy(allow("*", "*"))), role("some", limited))
    assert set(away(access)) == {"some"}
    assert away(access)["some"].can_some is True


def test_without_accounts_to_reach_there_is_nothing_to_say() -> None:
    access = judge_access(dataclasses.replace(world(delegate(role("ops", CAN))), targets=()))
    assert (access.can, access.one_step) == ((), ())


def test_the_policies_of_aws_used_here_are_its_own() -> None:
    """PowerUserAccess leaves IAM out, and not STS."""
    assert "sts:*" not in MANAGED[POWER_USER]["Statement"][0]["NotAction"]
