"""Requests to the control verbs that make no sense: refused, with nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from control_world import NOBODY, NOW, OLD_KEY, ONE, OUTSIDE, SUSPENDED, WORLD

from rootwarden.emulator.builders import MANAGEMENT
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.control import Control, ControlRefused
from rootwarden.emulator.org_file import (
    AccessKeySpec,
    FaultSpec,
    RootUserSpec,
)

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator
    from rootwarden.emulator.world import World


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    started: Emulator = rootwarden_organization(WORLD, clock=Clock(NOW, frozen=True))
    return started


@pytest.fixture
def control(emulator: Emulator) -> Control:
    return emulator.control


def picture(world: World) -> object:
    """Everything the verbs change."""
    organization = world.organization
    return (
        {
            one.id: (one.name, one.email, one.state, one.parent and one.parent.id, one.joined_method)
            for one in organization.accounts.values()
        },
        {target.id: [policy.name for policy in target.policies] for target in organization.targets()},
        sorted(organization.standalone),
        sorted(policy.name for policy in organization.policies.values()),
        {
            user.account: (user.login_profile, user.password, len(user.access_keys), len(user.mfa_devices))
            for user in world.root_users.values()
        },
        sorted(world.profiles),
        list(world.faults),
        (world.throttles, world.revocation_lags, world.clock.now(), world.clock.frozen),
    )


# -- what makes no sense -----------------------------------------------------------------------------------------------

DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
NONSENSE: dict[str, tuple[Callable[[Control], object], str, int, str]] = {
    "account without a name": (lambda c: c.create_account(""), "InvalidArguments", 400, "name: expected"),
    "account with a bad id": (
        lambda c: c.create_account("X", id="12"),
        "InvalidArguments",
        400,
        "id: expected",
    ),
    "account there already": (lambda c: c.create_account("X", id=ONE), "AccountExists", 409, ONE),
    "account id of an outsider": (lambda c: c.create_account("X", id=OUTSIDE), "AccountExists", 409, OUTSIDE),
    "address in use": (
        lambda c: c.create_account("X", email="aws+one@example.com"),
        "EmailInUse",
        409,
        ONE,
    ),
    "account in no OU": (lambda c: c.create_account("X", ou="/Workload"), "UnknownOu", 404, "'/Workloads'"),
    "invited member": (lambda c: c.invite_account(ONE), "AccountExists", 409, ONE),
    "invited management account": (lambda c: c.invite_account(MANAGEMENT), "AccountExists", 409, MANAGEMENT),
    "invited stranger without a name": (
        lambda c: c.invite_account("123123123123"),
        "InvalidArguments",
        400,
        "name",
    ),
    "invited stranger with a bad id": (
        lambda c: c.invite_account("x", name="X"),
        "InvalidArguments",
        400,
        "id: expected",
    ),
    "invited outsider with a name": (
        lambda c: c.invite_account(OUTSIDE, name="X"),
        "InvalidArguments",
        400,
        "exists already",
    ),
    "invited outsider to nowhere": (lambda c: c.invite_account(OUTSIDE, ou="/X"), "UnknownOu", 404, "/X"),
    "invited with a key somebody has": (
        lambda c: c.invite_account(
            "123123123123", name="X", root=RootUserSpec(access_keys=(AccessKeySpec(id=OLD_KEY),))
        ),
        "AccessKeyExists",
        409,
        OLD_KEY,
    ),
    "management account moved": (
        lambda c: c.move_account(MANAGEMENT, "/Workloads"),
        "ManagementAccount",
        409,
        "cannot be moved",
    ),
    "moved nowhere": (lambda c: c.move_account(ONE, "/Workloads/Produktion"), "UnknownOu", 404, "Production"),
    "moved to where it is": (lambda c: c.move_account(ONE, "/Workloads"), "AlreadyThere", 409, "/Workloads"),
    "stranger moved": (lambda c: c.move_account(NOBODY, "/Workloads"), "UnknownAccount", 404, NOBODY),
    "outsider moved": (lambda c: c.move_account(OUTSIDE, "/Workloads"), "UnknownAccount", 404, OUTSIDE),
    "management account suspended": (
        lambda c: c.suspend_account(MANAGEMENT),
        "ManagementAccount",
        409,
        "cannot be suspended",
    ),
    "management account closed": (
        lambda c: c.close_account(MANAGEMENT),
        "ManagementAccount",
        409,
        "cannot be closed",
    ),
    "suspended twice": (lambda c: c.suspend_account(SUSPENDED), "WrongState", 409, "SUSPENDED"),
    "reinstated for nothing": (lambda c: c.reinstate_account(ONE), "WrongState", 409, "ACTIVE"),
    "closure of an open account finished": (
        lambda c: c.finish_closure(ONE),
        "WrongState",
        409,
        "PENDING_CLOSURE",
    ),
    "outsider described": (lambda c: c.describe_account(OUTSIDE), "UnknownAccount", 404, OUTSIDE),
    "clock set back": (lambda c: c.set_clock(NOW - timedelta(seconds=1)), "ClockSetBack", 409, "2026-10-20"),
    "clock set without an offset": (
        lambda c: c.set_clock(NOW.replace(tzinfo=None)),
        "InvalidArguments",
        400,
        "UTC offset",
    ),
    "clock set too far": (
        lambda c: c.set_clock(datetime(2100, 1, 1, tzinfo=UTC)),
        "InvalidArguments",
        400,
        "2100",
    ),
    "clock moved backwards": (lambda c: c.advance_clock(-1), "InvalidArguments", 400, "forward"),
    "clock moved beyond time": (lambda c: c.advance_clock(1e300), "InvalidArguments", 400, "2100"),
    "clock moved by no number": (lambda c: c.advance_clock(float("nan")), "InvalidArguments", 400, "seconds"),
    "clock moved too far": (lambda c: c.advance_clock(80 * 365 * 86400), "InvalidArguments", 400, "2100"),
    "policy nobody has": (lambda c: c.attach_policy("DenyRot", ONE), "UnknownPolicy", 404, "'DenyRoot'"),
    "policy to nowhere": (
        lambda c: c.attach_policy("DenyRoot", "/Worklods"),
        "UnknownOu",
        404,
        "'/Workloads'",
    ),
    "policy to a stranger": (lambda c: c.attach_policy("DenyRoot", NOBODY), "UnknownAccount", 404, NOBODY),
    "policy twice": (lambda c: c.attach_policy("DenyRoot", "/Blocked"), "AlreadyAttached", 409, "/Blocked"),
    "new policy of a known name": (
        lambda c: c.attach_policy("DenyRoot", ONE, document=DENY),
        "PolicyExists",
        409,
        "DenyRoot",
    ),
    "policy that is none": (
        lambda c: c.attach_policy("X", ONE, document={"Statement": 1}),
        "InvalidArguments",
        400,
        "document:",
    ),
    "policy that is too long": (
        lambda c: c.attach_policy("X", ONE, document={**DENY, "Id": "x" * 11_000}),
        "InvalidArguments",
        400,
        "10240",
    ),
    "policy without a name": (
        lambda c: c.attach_policy("", ONE, document=DENY),
        "InvalidArguments",
        400,
        "1 to 128",
    ),
    "policy of a type that is off": (
        lambda c: c.attach_policy("X", ONE, document=DENY, type="RESOURCE_CONTROL_POLICY"),
        "PolicyTypeNotEnabled",
        409,
        "RESOURCE_CONTROL_POLICY",
    ),
    "policy detached that is not attached": (
        lambda c: c.detach_policy("DenyRoot", ONE),
        "NotAttached",
        409,
        "FullAWSAccess",
    ),
    "last policy detached": (lambda c: c.detach_policy("FullAWSAccess", ONE), "LastPolicy", 409, "stays"),
    "fault of an unknown operation": (
        lambda c: c.add_fault(FaultSpec(operation="sts:AssumeRot")),
        "UnknownOperation",
        404,
        "'AssumeRoot'",
    ),
    "fault of an unknown service": (
        lambda c: c.add_fault(FaultSpec(operation="organization:ListRoots")),
        "UnknownOperation",
        404,
        "'organizations'",
    ),
    "fault for a stranger": (
        lambda c: c.add_fault(FaultSpec(operation="sts:*", account=NOBODY)),
        "UnknownAccount",
        404,
        NOBODY,
    ),
    "no faults removed": (lambda c: c.remove_faults(), "InvalidArguments", 400, "or all"),
    "some faults and all": (
        lambda c: c.remove_faults(operation="iam:GetUser", all=True),
        "InvalidArguments",
        400,
        "or all",
    ),
    "misspelt fault removed": (
        lambda c: c.remove_faults(operation="iam:GetUsr"),
        "UnknownOperation",
        404,
        "'GetUser'",
    ),
    "fault removed that is not there": (
        lambda c: c.remove_faults(operation="iam:*"),
        "UnknownFault",
        404,
        "iam:*",
    ),
    "device with a short serial": (
        lambda c: c.add_mfa_device(ONE, serial="x"),
        "InvalidArguments",
        400,
        "serial",
    ),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused_and_changes_nothing(emulator: Emulator, name: str) -> None:
    verb, code, status, hint = NONSENSE[name]
    before, events = picture(emulator.world), list[object]()
    emulator.world.listeners.append(events.append)
    with pytest.raises(ControlRefused) as caught:
        verb(emulator.control)
    assert (caught.value.code, caught.value.http_status) == (code, status)
    assert hint in caught.value.message
    assert picture(emulator.world) == before
    assert events == []


def test_a_target_holds_ten_policies(control: Control) -> None:
    for number in range(9):
        control.attach_policy(f"Deny{number}", ONE, document=DENY)
    with pytest.raises(ControlRefused, match="10 policies") as caught:
        control.attach_policy("One too many", ONE, document=DENY)
    assert caught.value.code == "TooManyPolicies"
    with pytest.raises(ControlRefused, match="no policy"):
        control.attach_policy("One too many", "/Workloads")
