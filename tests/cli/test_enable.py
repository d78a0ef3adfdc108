"""``enable``: from every half-done state to the baseline, and every refusal of AWS's before anything is changed."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from product_rig import (
    BOTH,
    CLOUDTRAIL,
    IAM,
    MANAGEMENT,
    SECURITY,
    SHOP,
    Rig,
    caller,
    company,
    fresh,
)

from rootwarden.emulator import FaultSpec, account
from rootwarden.model.features import RootFeature
from rootwarden.model.permissions import COMMANDS

OTHER = "444444444444"
DELEGATES: dict[str, dict[str, tuple[str, ...]]] = {
    "none": {},
    "wanted": {SECURITY: (IAM,)},
    "another": {OTHER: (IAM,)},
    "two": {SECURITY: (IAM,), OTHER: (IAM,)},
}
FLAGS = [(), BOTH[:1], BOTH[1:], BOTH]
STATES = [
    # Without trusted access AWS keeps the flags unseen, and there can be no delegate.
    *(((CLOUDTRAIL,), flags, "none") for flags in FLAGS),
    *(((CLOUDTRAIL, IAM), flags, who) for flags, who in itertools.product(FLAGS, DELEGATES)),
]


def half_done(trusted: tuple[str, ...], flags: tuple[str, ...], who: str) -> Any:
    return fresh(
        account(OTHER, "Other"),
        trusted_services=trusted,
        root_features=flags,
        delegated_administrators=DELEGATES[who],
    )


def state(rig: Rig) -> tuple[bool, set[RootFeature], set[str]]:
    """Trusted access, features and delegates as the world has them."""
    organization = rig.emulator.world.organization
    return (
        organization.trusts(IAM),
        set(rig.emulator.world.features),
        set(organization.delegates.get(IAM, {})),
    )


@pytest.mark.parametrize(("trusted", "flags", "who"), STATES)
def test_every_half_done_state_leads_to_the_baseline(
    rig: Rig, trusted: tuple[str, ...], flags: tuple[str, ...], who: str
) -> None:
    """Whatever is there already is kept, what is missing is done, and a second run finds nothing to do."""
    rig.up(half_done(trusted, flags, who))

    first = rig.json("enable", "--delegate", SECURITY, "--yes")

    assert first.code == 0, first.err
    assert state(rig) == (True, set(RootFeature), {SECURITY, *DELEGATES[who]})
    assert first.steps == {
        "enable_trusted_access": "nothing_to_do" if IAM in trusted else "done",
        "enable_root_credentials_management": "nothing_to_do" if BOTH[0] in flags else "done",
        "enable_root_sessions": "nothing_to_do" if BOTH[1] in flags else "done",
        "register_delegate": "nothing_to_do" if SECURITY in DELEGATES[who] else "done",
    }
    assert first.document["status"]["root_sessions"] is True
    assert first.document["status"]["blockers"] == []

    second = rig.json("enable", "--delegate", SECURITY)
    assert (second.code, set(second.steps.values())) == (0, {"nothing_to_do"})


@pytest.mark.parametrize("only", ["credentials", "sessions"])
def test_only_switches_one_feature(rig: Rig, only: str) -> None:
    """--only leaves the other feature and the delegates alone."""
    rig.up(fresh())
    ran = rig.json("enable", "--only", only, "--yes")
    wanted = RootFeature.ROOT_CREDENTIALS_MANAGEMENT if only == "credentials" else RootFeature.ROOT_SESSIONS
    assert ran.code == 0
    assert state(rig) == (True, {wanted}, set())


def test_the_plan_prints_and_changes_nothing(rig: Rig) -> None:
    """--plan names the steps and the IAM actions they need, on stdout."""
    rig.up(fresh())
    ran = rig.json("enable", "--delegate", SECURITY, "--plan")
    assert ran.code == 0
    assert ran.document["schema"] == "rootwarden/enable/1"
    assert [step["needed"] for step in ran.document["plan"]] == [True, None, None, True]
    assert ran.document["actions_needed"] == [
        "organizations:EnableAWSServiceAccess",
        "iam:EnableOrganizationsRootCredentialsManagement",
        "iam:EnableOrganizationsRootSessions",
        "organizations:RegisterDelegatedAdministrator",
    ]
    assert state(rig) == (False, set(), set())


def test_nobody_to_ask_changes_nothing(rig: Rig) -> None:
    """Without a terminal and without --yes it is refused as a whole, with the plan on stderr."""
    rig.up(fresh())
    ran = rig.json("enable", "--delegate", SECURITY)
    assert ran.code == 4
    assert ran.document["error"]["type"] == "Unconfirmed"
    assert "enable RootSessions" in ran.err
    assert state(rig) == (False, set(), set())


@pytest.mark.parametrize(
    ("answer", "code"), [("y\n", 0), ("n\n", 4), ("\n", 4), ("\x04", 130), ("\x03", 130)]
)
def test_on_a_terminal_the_answer_counts(rig: Rig, answer: str, code: int) -> None:
    """Only a yes is a yes; Ctrl-D and Ctrl-C interrupt."""
    rig.up(fresh())
    ran = rig.on_terminal("enable", "--delegate", SECURITY, answer=answer)
    assert ran.code == code, ran.err
    assert "Traceback" not in ran.err
    assert state(rig)[0] is (code == 0)


@pytest.mark.parametrize(
    ("account_id", "words"),
    [
        (
            SECURITY,
            f"CallerIsNotManagementAccountException: Caller account {SECURITY} is not management account",
        ),
        (OTHER, f"AccountNotManagementOrDelegatedAdministratorException: Input account {OTHER} is neither"),
    ],
)
def test_the_wrong_account_is_told_what_aws_says(rig: Rig, account_id: str, words: str) -> None:
    """A delegate and a plain member are refused before anything is changed, in AWS's words for each."""
    rig.up(half_done((CLOUDTRAIL, IAM), (), "wanted"))
    ran = rig.json("enable", "--yes", profile=f"emulator-{account_id}")
    assert ran.code == 3
    assert ran.document["error"]["type"] == "WrongAccount"
    assert words in ran.document["error"]["message"]
    assert MANAGEMENT in ran.document["error"]["message"]
    assert state(rig) == (True, set(), {SECURITY})


def test_not_all_features(rig: Rig) -> None:
    """An organization with consolidated billing only cannot have central root access."""
    rig.up(fresh(feature_set="CONSOLIDATED_BILLING", trusted_services=(), trails=()))
    ran = rig.json("enable", "--yes")
    assert ran.code == 3
    assert "OrganizationNotInAllFeaturesModeException" in ran.document["error"]["message"]
    assert state(rig) == (False, set(), set())


def test_no_organization(rig: Rig) -> None:
    """A standalone account is told that it belongs to no organization."""
    rig.up(fresh(standalone_accounts=(account("909090909090", "Alone"),)))
    ran = rig.json("enable", "--yes", profile="emulator-909090909090")
    assert ran.code == 3
    assert ran.document["error"]["reason"]["code"] == "AWSOrganizationsNotInUseException"


@pytest.mark.parametrize(
    ("delegate", "code", "words"),
    [
        (MANAGEMENT, 2, "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"),
        ("666666666666", 2, "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR"),
        ("777777777777", 2, "PENDING_CLOSURE"),
        ("999999999998", 2, "the organization has no account 999999999998"),
        ("12345", 2, "'12345' is not an account id: it has 5"),
        ("٢٢٢٢٢٢٢٢٢٢٢٢", 2, "is not an account id"),
        ("security", 2, "is not an account id"),
        ("", 2, "is not an account id"),
    ],
)
def test_a_delegate_that_cannot_be(rig: Rig, delegate: str, code: int, words: str) -> None:
    """What AWS would refuse, and what cannot be meant, stops the whole run before its first step."""
    rig.up(
        fresh(
            account("666666666666", "Suspended", state="SUSPENDED"),
            account("777777777777", "Closing", state="PENDING_CLOSURE"),
        )
    )
    ran = rig.json("enable", "--delegate", delegate, "--yes")
    assert (ran.code, words in ran.document["error"]["message"]) == (code, True), ran.err
    assert state(rig) == (False, set(), set())


NEEDED = COMMANDS["enable"].actions


@pytest.mark.parametrize("denied", NEEDED)
def test_a_caller_who_may_not_do_everything(rig: Rig, denied: str) -> None:
    """A refused read stops before the first step; a refused change is reported for its step, and nothing is claimed."""
    rig.up(fresh(principals=(caller(MANAGEMENT, *NEEDED, deny=(denied,)),)))
    ran = rig.json("enable", "--delegate", SECURITY, "--yes", profile=f"emulator-{MANAGEMENT}-Limited")
    changes = [action for action in NEEDED if action.partition(":")[2].startswith(("Enable", "Register"))]
    if denied == "sts:GetCallerIdentity":  # AWS answers it whatever the policies say
        assert ran.code == 0
    elif denied == "iam:ListOrganizationsFeatures":
        # While trusted access is off nobody can read the features, so the refusal shows only on the way.
        assert ran.code == 6
        assert state(rig)[0] is True
    elif denied == "organizations:ListAWSServiceAccessForOrganization":
        assert ran.code == 0  # IAM's answer tells as well whether trusted access is on
    elif denied not in changes:
        assert ran.code == 3
        assert "AccessDenied" in ran.document["error"]["message"]
        assert state(rig) == (False, set(), set())
    else:
        assert ran.code == 6
        (failed,) = [one for one in ran.document["steps"] if one["outcome"] == "failed"]
        assert failed["action"] == denied
        assert failed["reason"]["source"] == "aws"
        assert failed["reason"]["code"] in {"AccessDenied", "AccessDeniedException"}
        assert failed["reason"]["request_id"]


def test_a_caller_who_may_nothing(rig: Rig) -> None:
    """No permission at all is exit 3, with AWS's code."""
    rig.up(fresh(principals=(caller(MANAGEMENT),)))
    ran = rig.json("enable", "--yes", profile=f"emulator-{MANAGEMENT}-Limited")
    assert ran.code == 3
    assert "organizations:DescribeOrganization" in ran.err


def test_without_trusted_access_the_later_steps_are_not_tried(rig: Rig) -> None:
    """The first step fails; the rest is refused for that reason rather than sent to AWS."""
    fault = FaultSpec(
        operation="organizations:EnableAWSServiceAccess",
        code="ConcurrentModificationException",
        message="Busy.",
    )
    rig.up(fresh(faults=(fault,)))
    calls = rig.calls()
    ran = rig.json("enable", "--delegate", SECURITY, "--yes")
    assert ran.code == 6
    assert list(ran.steps.values()) == ["failed", "refused", "refused", "refused"]
    assert not any(action.startswith("iam:Enable") for action, _ in calls)
    assert state(rig) == (False, set(), set())


def test_a_step_that_fails_in_the_middle(rig: Rig) -> None:
    """The features do not rest on each other: one fails, the others are done, and the failed one can be repeated."""
    fault = FaultSpec(
        operation="iam:EnableOrganizationsRootSessions", code="AccessDenied", message="No.", count=1
    )
    rig.up(fresh(faults=(fault,)))
    ran = rig.json("enable", "--delegate", SECURITY, "--yes")
    assert ran.code == 6
    assert ran.steps["enable_root_sessions"] == "failed"
    assert state(rig) == (True, {RootFeature.ROOT_CREDENTIALS_MANAGEMENT}, {SECURITY})
    again = rig.json("enable", "--delegate", SECURITY, "--yes")
    assert (again.code, again.steps["enable_root_sessions"]) == (0, "done")


@pytest.mark.parametrize("step", [action for action in NEEDED if "Enable" in action or "Register" in action])
def test_a_lost_answer_is_settled_by_looking(rig: Rig, step: str) -> None:
    """The change was made and its answer was lost: the look afterwards says that it is done."""
    rig.up(fresh())
    rig.lose_answers(step)
    ran = rig.json("enable", "--delegate", SECURITY, "--yes")
    assert set(ran.steps.values()) == {"done"}, ran.document["steps"]
    assert ran.code == 0
    assert state(rig) == (True, set(RootFeature), {SECURITY})


def test_no_answer_and_no_effect_is_unknown(rig: Rig) -> None:
    """No answer, and AWS does not show the change: nothing is claimed, and AWS's words are kept."""
    fault = FaultSpec(
        operation="organizations:RegisterDelegatedAdministrator",
        code="ServiceException",
        message="Sorry.",
        http_status=500,
    )
    rig.up(fresh(faults=(fault,)))
    ran = rig.json("enable", "--delegate", SECURITY, "--yes")
    assert ran.code == 6
    assert ran.steps["register_delegate"] in {"unknown", "failed"}
    assert ran.document["steps"][-1]["reason"]["text"] == "Sorry."


def test_the_last_look_may_fail_and_what_was_done_is_still_told(rig: Rig) -> None:
    """Credentials that end while the plan is carried out do not take the report along."""
    rig.up(fresh())
    expired = FaultSpec(operation="sts:GetCallerIdentity", code="ExpiredToken", message="Expired.")
    rig.after(
        "organizations:RegisterDelegatedAdministrator", lambda: rig.emulator.world.faults.append(expired)
    )
    ran = rig.json("enable", "--delegate", SECURITY, "--yes")
    assert ran.code == 6
    assert [one["step"] for one in ran.document["steps"]][-1] == "register_delegate"
    assert ran.document["status"] is None
    assert "Expired." in ran.err
    assert state(rig) == (True, set(RootFeature), {SECURITY})


def test_a_limit_on_delegates_is_aws_s_to_enforce(rig: Rig) -> None:
    """A second delegate may be more than AWS takes: its words reach the user."""
    rig.up(
        company(
            account(OTHER, "Other"),
            delegated_administrators={OTHER: (IAM,)},
            delegated_administrators_per_service=1,
        )
    )
    ran = rig.json("enable", "--delegate", SECURITY, "--yes")
    assert ran.code == 6
    assert ran.document["steps"][-1]["reason"]["code"] == "ConstraintViolationException"
    assert state(rig)[2] == {OTHER}


def test_the_configuration_can_require_a_reason(rig: Rig) -> None:
    """Nothing is asked of AWS without the reason the configuration requires."""
    rig.up(fresh())
    path = rig.folder / "c.toml"
    path.write_text("[require]\nreason = true\nticket = true\n")
    path.chmod(0o600)
    ran = rig.json("enable", "--yes", "--config", str(path))
    assert (ran.code, "--reason" in ran.err) == (2, True)
    ran = rig.json("enable", "--yes", "--config", str(path), "--reason", "set-up")
    assert (ran.code, "--ticket" in ran.err) == (2, True)
    assert state(rig) == (False, set(), set())
    ran = rig.json("enable", "--yes", "--config", str(path), "--reason", "set-up", "--ticket", "OPS-1")
    assert ran.code == 0


def test_the_configuration_of_another_organization(rig: Rig) -> None:
    """A configuration for another organization refuses the whole run."""
    rig.up(fresh())
    path = rig.folder / "c.toml"
    path.write_text('organization_id = "o-somebodyelse"\n')
    path.chmod(0o600)
    ran = rig.json("enable", "--yes", "--config", str(path))
    assert ran.code == 4
    assert ran.document["error"]["type"] == "WrongOrganization"
    assert state(rig) == (False, set(), set())


def test_govcloud_has_root_sessions_only(rig: Rig) -> None:
    """In GovCloud root credentials cannot be managed centrally, so the baseline does not ask for it."""
    organization = fresh(partition="aws-us-gov", trails=())
    rig.up(organization)
    ran = rig.json("enable", "--delegate", SECURITY, "--yes")
    assert ran.code == 0, ran.err
    assert state(rig) == (True, {RootFeature.ROOT_SESSIONS}, {SECURITY})
    assert "enable_root_credentials_management" not in ran.steps


def test_the_table_for_people(rig: Rig) -> None:
    """Without -o json a person sees the steps, and nothing else is on stdout."""
    rig.up(fresh())
    ran = rig.run("enable", "--delegate", SECURITY, "--yes", "-q")
    assert ran.code == 0
    assert ran.err == ""
    assert ran.out.count(" done") == 4
    assert SHOP not in ran.out
