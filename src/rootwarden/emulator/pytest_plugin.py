"""Fixtures for tests of anything that uses root access: an AWS Organization of one's own, on loopback.

Installed as a pytest plugin with the extra ``emulator``. Nothing of moto is imported until a fixture is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rootwarden.emulator.clock import Clock
    from rootwarden.emulator.org_file import OrganizationFile
    from rootwarden.emulator.server import Emulator

StartOrganization = Callable[..., "Emulator"]
"""``start(organization=None, *, clock=None)``: a running emulator; without an organization, the small one."""


@pytest.fixture
def rootwarden_organization() -> Iterator[StartOrganization]:
    """Starts emulators with organizations of the test's making; they end with the test."""
    from rootwarden.emulator.server import running  # noqa: PLC0415 - imports moto, which takes half a second

    with ExitStack() as emulators:

        def start(organization: OrganizationFile | None = None, *, clock: Clock | None = None) -> Emulator:
            return emulators.enter_context(running(organization, clock=clock))

        yield start


@pytest.fixture
def rootwarden_emulator(rootwarden_organization: StartOrganization) -> Emulator:
    """A running emulator with the small organization, in which nothing is enabled yet."""
    return rootwarden_organization()


@pytest.fixture
def rootwarden_aws(
    rootwarden_organization: StartOrganization, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> StartOrganization:
    """``rootwarden_aws(organization=None, *, profile="emulator-management", clock=None)``: AWS is the emulator now.

    Starts one and points every AWS client of this process and its children at it, as the given profile. Nothing of the
    user's own AWS configuration is left until the test ends.
    """
    import boto3  # noqa: PLC0415 - loading the plugin is to cost nothing

    def start(
        organization: OrganizationFile | None = None,
        *,
        profile: str = "emulator-management",
        clock: Clock | None = None,
    ) -> Emulator:
        emulator = rootwarden_organization(organization, clock=clock)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        settings = {
            **emulator.environment(profile),
            "AWS_CONFIG_FILE": str(tmp_path / "no-aws-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no-aws-credentials"),
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # boto3 keeps the first session it made
        return emulator

    return start
