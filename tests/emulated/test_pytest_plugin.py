"""The pytest fixtures that come with the extra ``emulator``."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from typing import Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.org_file import OrganizationFile
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
