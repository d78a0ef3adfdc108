"""The pytest fixtures that come with the extra ``emulator``."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from typing import Any

import boto3
import pytest
from pydantic import ValidationError

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account
from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.emulator.testing import account as account_of
from rootwarden.emulator.testing import small_org
from rootwarden.errors import BadInput


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    """Pytest loads it at the start of every run on a machine that has it installed."""
    program = (
        "import sys, rootwarden.emulator.pytest_plugin;"
        "print([name for name in ('moto', 'boto3', 'botocore', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_emulator_has_the_small_organization(rootwarden_emulator: Any) -> None:
    assert len(rootwarden_emulator.world.organization.accounts) == 12
    assert rootwarden_emulator.endpoint_url.startswith("http://127.0.0.1:")


def test_an_organization_of_ones_own(rootwarden_organization: Any) -> None:
    file = OrganizationFile(management_account=account(MANAGEMENT, "Alone"))
    assert list(rootwarden_organization(file).world.organization.accounts) == [MANAGEMENT]


def test_aws_is_the_emulator_while_the_test_runs(
    rootwarden_aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = boto3.Session(aws_access_key_id="AKIAUSER", aws_secret_access_key="x", region_name="eu-west-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", users)
    monkeypatch.setenv("AWS_PROFILE", "of-the-user")
    rootwarden_aws(small_org(account_of(id="333333333333")), profile="emulator-333333333333")
    assert boto3.client("sts").get_caller_identity()["Account"] == "333333333333"
    assert boto3.client("sts").meta.region_name == "us-east-1"
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "333333333333"


@pytest.mark.parametrize("enabled", [True, False])
def test_a_small_org_is_ready_for_root_sessions_unless_it_is_not_to_be(
    rootwarden_organization: Any, enabled: bool
) -> None:
    accounts = (account_of(password=True, mfa=1), account_of("Shop", keys=["Inactive"], certificates=2))
    world = rootwarden_organization(small_org(*accounts, enabled=enabled)).world
    assert list(world.organization.accounts) == [MANAGEMENT, SECURITY, "300000000001", "300000000002"]
    first, second = world.root_users["300000000001"], world.root_users["300000000002"]
    assert first.login_profile is not None
    assert (len(first.mfa_devices), len(first.access_keys)) == (1, 0)
    assert ([key.status for key in second.access_keys], len(second.signing_certificates)) == (["Inactive"], 2)
    assert world.organization.accounts["300000000002"].name == "Shop"
    assert world.organization.is_delegate(SECURITY, "iam.amazonaws.com") is enabled
    assert len(world.features) == (2 if enabled else 0)


def test_a_small_org_without_accounts_is_the_company_of_twelve() -> None:
    ready, fresh = small_org(), small_org(enabled=False, throttles=True)
    assert len(ready.all_accounts()) == len(fresh.all_accounts()) == 12
    assert set(ready.trusted_services) == {"cloudtrail.amazonaws.com", "iam.amazonaws.com"}
    assert (fresh.trusted_services, fresh.throttles) == (("cloudtrail.amazonaws.com",), True)


def test_an_account_of_a_test_has_the_fields_of_any_account() -> None:
    file = small_org(account_of("Closing", id="555555555555", ou="/Closing", state="PENDING_CLOSURE"))
    made = file.accounts[-1]
    assert (made.id, made.ou, made.state) == ("555555555555", "/Closing", "PENDING_CLOSURE")
    with pytest.raises(ValidationError):
        small_org(account_of(keys=["Active"] * 3))


def test_one_emulator_runs_at_a_time(rootwarden_organization: Any) -> None:
    first = rootwarden_organization()
    with pytest.raises(BadInput, match="runs in this process already"):
        rootwarden_organization()
    first.close()
    assert rootwarden_organization().endpoint_url


def test_a_closed_emulator_answers_nobody(rootwarden_organization: Any) -> None:
    emulator = rootwarden_organization()
    emulator.close()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(emulator.endpoint_url)  # noqa: S310 - a loopback address
