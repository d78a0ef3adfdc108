"""Fixtures for tests of anything that uses root access: an AWS Organization of one's own, on loopback.

Installed as a pytest plugin with the extra ``emulator``. Nothing of moto is imported until a fixture is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
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
