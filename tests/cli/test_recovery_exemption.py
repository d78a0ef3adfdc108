"""A policy that denies the root user makes a sign-in useless: the temporary exemption, from its plan to its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from product_rig import NOTHING, SECURITY, SHOP, Ran, Rig, configuration, holds
from recovery_rig import TASK, exceptions, ledger_entries, operations, recovery_company, signs_in
from removal_rig import fault

from rootwarden.app import recovery_exemption, recovery_open
from rootwarden.emulator import account
from rootwarden.emulator.builders import DENY_ROOT, DENY_SIGNED_IN_ROOT
from rootwarden.emulator.org_file import OuSpec
from rootwarden.errors import LedgerUnwritable
from rootwarden.ledger.query import open_intents
from rootwarden.model.recovery_exception import ExceptionState

OTHER = "444444444444"
PURPOSES = f"""
[purposes.management_deploy]
profile = "emulator-management"
[purposes.delegate]
profile = "emulator-{SECURITY}"
"""
ROOT_OF_SHOP = f"arn:aws:iam::{SHOP}:root"


@pytest.fixture(params=["sessions denied", "sessions spared"])
def restricted(request: pytest.FixtureRequest, rig: Rig, ledger: Path) -> Callable[..., Ran]:
    """Two accounts below an SCP that denies root, and how commands are run there: by the callers of the configuration."""
    document = DENY_ROOT if request.param == "sessions denied" else DENY_SIGNED_IN_ROOT
    return _restricted(rig, document)


def _restricted(rig: Rig, document: Any, **fields: Any) -> Callable[..., Ran]:
    rig.patch.setattr(recovery_open, "PAUSES", ())
    members = (account(SHOP, "Shop", "/Restricted"), account(OTHER, "Other", "/Restricted"))
    unit = OuSpec(path="/Restricted", scps=("NoRoot",))
    recovery_company(rig, *members, organizational_units=(unit,), scps={"NoRoot": document}, **fields)
    path = configuration(rig.folder, PURPOSES)

    def run(*line: str) -> Ran:
        return rig.json("recovery", *line, "--config", path, profile=None)

    return run


def policy(rig: Rig) -> Any:
    organization = rig.emulator.world.organization
    return json.loads(next(one for one in organization.policies.values() if one.name == "NoRoot").content)


def replace_policy(rig: Rig, document: Any) -> None:
    organization = rig.emulator.world.organization
    found = next(one for one in organization.policies.values() if one.name == "NoRoot")
    found.replace(json.dumps(document))


def as_root(rig: Rig, account_id: str = SHOP) -> bool:
    """Whether the signed-in root user may do anything."""
    import boto3  # noqa: PLC0415 - as the person who signs in
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the same

    keys = signs_in(rig, account_id)
    client = boto3.client(
        "iam",
        endpoint_url=rig.emulator.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.token,
    )
    try:
        client.list_users()
    except ClientError:
        return False
    return True


OPEN = ("open", SHOP, "--task", TASK, "--for", "4h")


def test_it_is_planned_deployed_and_taken_back(
    rig: Rig, ledger: Path, restricted: Callable[..., Ran]
) -> None:
    before = policy(rig)
    plan = restricted(*OPEN, "--plan")
    met = plan.document["signed_in"]
    assert met["answer"] == "blocked"
    (change,) = met["exemptions"]
    assert change["policy_name"] == "NoRoot"
    assert f'+          "aws:PrincipalArn": "{ROOT_OF_SHOP}"' in change["diff"]
    assert policy(rig) == before

    ran = restricted(*OPEN, "--yes")
    assert (ran.code, ran.document["exception"]["state"]) == (0, "open")
    (exemption,) = exceptions(rig, ledger)[0].exemptions
    assert exemption.deployed is not None
    assert json.loads(exemption.after) == policy(rig) != before
    assert as_root(rig)

    done = restricted("close", SHOP, "--yes")
    assert (done.code, done.document["outcome"]) == (0, "closed")
    assert [one["outcome"] for one in done.document["exemptions"]] == ["done"]
    assert policy(rig) == before
    assert holds(rig.root(SHOP)) == NOTHING
    (known,) = exceptions(rig, ledger)
    assert known.exemptions[0].removed is not None
    assert open_intents(ledger_entries(rig, ledger)) == ()
    assert operations(rig, ledger).count(("intent", "recovery exemption")) == 2


def test_without_the_exemption_signing_in_is_useless(rig: Rig, ledger: Path) -> None:
    """What the exemption is for; and it is for one account alone."""
    run = _restricted(rig, DENY_SIGNED_IN_ROOT)
    assert run(*OPEN, "--yes").code == 0
    rig.root(OTHER).login_profile = rig.root(SHOP).login_profile
    assert as_root(rig, SHOP)
    assert not as_root(rig, OTHER)


def test_who_has_to_deploy_it_where_the_caller_may_not(rig: Rig, ledger: Path) -> None:
    _restricted(rig, DENY_SIGNED_IN_ROOT)
    ran = rig.run("recovery", *OPEN, "--yes", profile=f"emulator-{SECURITY}")
    assert ran.code == 4
    said = " ".join(ran.err.split())
    assert "signing in would be useless" in said
    assert "has to be deployed from the management account 111111111111" in said
    assert "purposes.management_deploy" in said
    assert f'+          "aws:PrincipalArn": "{ROOT_OF_SHOP}"' in ran.err
    assert holds(rig.root(SHOP)) == NOTHING
    assert exceptions(rig, ledger) == ()


def test_what_no_change_of_ours_lifts(rig: Rig, ledger: Path) -> None:
    """An allow-list without the actions: somebody has to attach another policy, and nothing is opened."""
    listed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    rig.patch.setattr(recovery_open, "PAUSES", ())
    unit = OuSpec(path="/Restricted", scps=("NoRoot",), full_access=False)
    recovery_company(
        rig, account(SHOP, "Shop", "/Restricted"), organizational_units=(unit,), scps={"NoRoot": listed}
    )
    path = configuration(rig.folder, PURPOSES)
    ran = rig.run("recovery", *OPEN, "--yes", "--config", path, profile=None)
    assert ran.code == 4
    assert "no SCP on ou-" in ran.err
    assert "attach one that does" in ran.err


def test_a_policy_that_somebody_changed_meanwhile(
    rig: Rig, ledger: Path, restricted: Callable[..., Ran]
) -> None:
    """Our exemption goes, and what they changed stays."""
    assert restricted(*OPEN, "--yes").code == 0
    changed = policy(rig)
    further = {"Sid": "Theirs", "Effect": "Deny", "Action": "ec2:*", "Resource": "*"}
    changed["Statement"].append(further)
    replace_policy(rig, changed)
    assert restricted("close", SHOP, "--yes").code == 0
    assert policy(rig)["Statement"][-1] == further
    assert ROOT_OF_SHOP not in json.dumps(policy(rig))


def test_two_exceptions_below_one_policy(rig: Rig, ledger: Path, restricted: Callable[..., Ran]) -> None:
    """The first to close takes back its own exemption alone."""
    before = policy(rig)
    assert restricted(*OPEN, "--yes").code == 0
    assert restricted("open", OTHER, "--task", TASK, "--for", "4h", "--yes").code == 0
    assert restricted("close", SHOP, "--yes").code == 0
    assert ROOT_OF_SHOP not in json.dumps(policy(rig))
    assert f"arn:aws:iam::{OTHER}:root" in json.dumps(policy(rig))
    assert restricted("close", OTHER, "--yes").code == 0
    assert policy(rig) == before


def test_the_policy_changes_between_plan_and_deployment(rig: Rig, ledger: Path) -> None:
    run = _restricted(rig, DENY_SIGNED_IN_ROOT)
    theirs = {**DENY_SIGNED_IN_ROOT, "Id": "theirs"}
    rig.after("iam:GetAccountSummary", lambda: replace_policy(rig, theirs))
    ran = run(*OPEN, "--yes")
    assert (ran.code, ran.document["outcome"], ran.document["reason"]["code"]) == (6, "refused", "changed")
    assert policy(rig) == theirs
    assert exceptions(rig, ledger)[0].how == "not_opened"
    assert holds(rig.root(SHOP)) == NOTHING


def test_it_cannot_be_deployed(rig: Rig, ledger: Path) -> None:
    run = _restricted(rig, DENY_ROOT, faults=(fault("organizations:UpdatePolicy"),))
    ran = run(*OPEN, "--yes")
    assert (ran.code, ran.document["outcome"]) == (6, "failed")
    assert exceptions(rig, ledger)[0].how == "not_opened"
    assert holds(rig.root(SHOP)) == NOTHING


def test_it_cannot_be_taken_back(rig: Rig, ledger: Path, restricted: Callable[..., Ran]) -> None:
    """The credentials are gone, and the exception stays until the policy is as it was."""
    before = policy(rig)
    assert restricted(*OPEN, "--yes").code == 0
    rig.emulator.control.add_fault(fault("organizations:UpdatePolicy"))
    ran = restricted("close", SHOP, "--yes")
    assert (ran.code, ran.document["outcome"], ran.document["reason"]["code"]) == (
        6,
        "not_closed",
        "exemption_stays",
    )
    assert holds(rig.root(SHOP)) == NOTHING
    assert exceptions(rig, ledger)[0].state is ExceptionState.CLOSING
    assert policy(rig) != before
    rig.emulator.control.remove_faults(all=True)
    assert restricted("close", SHOP, "--yes").code == 0
    assert policy(rig) == before


def test_nobody_may_look_once_it_is_taken_back(rig: Rig, ledger: Path) -> None:
    """A close that ends between taking the exemption back and saying so is finished on what it saw before that."""
    run = _restricted(rig, DENY_ROOT)
    before = policy(rig)
    assert run(*OPEN, "--yes").code == 0
    signs_in(rig)

    def full(*_: object) -> NoReturn:
        raise LedgerUnwritable("the disk is full")

    with rig.patch.context() as once:
        once.setattr(recovery_exemption, "record_exempted", full)
        assert run("close", SHOP, "--yes").code == 5
    assert policy(rig) == before
    ran = run("close", SHOP, "--yes")
    assert (ran.code, ran.document["outcome"]) == (0, "closed")
    assert "cannot be read now that the exemption is taken back" in ran.err
    assert holds(rig.root(SHOP)) == NOTHING
    assert open_intents(ledger_entries(rig, ledger)) == ()


def test_somebody_else_took_it_back(rig: Rig, ledger: Path) -> None:
    """Then nobody saw the root user empty, and the exception stays."""
    run = _restricted(rig, DENY_ROOT)
    before = policy(rig)
    assert run(*OPEN, "--yes").code == 0
    signs_in(rig)
    replace_policy(rig, before)
    ran = run("close", SHOP, "--yes")
    assert (ran.code, ran.document["outcome"]) == (6, "not_closed")
    assert exceptions(rig, ledger)[0].closed is None


def test_an_account_that_held_something_nobody_could_see(rig: Rig, ledger: Path) -> None:
    """Only the exemption lets the program look: what it finds then ends the opening, and all is taken back."""
    run = _restricted(rig, DENY_ROOT)
    rig.emulator.control.add_mfa_device(SHOP)
    before = policy(rig)
    ran = run(*OPEN, "--yes")
    assert (ran.code, ran.document["outcome"], ran.document["reason"]["code"]) == (
        6,
        "refused",
        "holds_credentials",
    )
    assert policy(rig) == before
    assert exceptions(rig, ledger)[0].how == "not_opened"
    assert holds(rig.root(SHOP)) == {**NOTHING, "mfa_devices": 1}
