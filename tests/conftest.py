"""Every test runs apart from the user's machine: no AWS settings, a home of its own, and no way out to the network."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import hypothesis
import pytest
from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.loaders import Loader

GUARD_FOLDER = Path(__file__).parent / "guard"
sys.path.insert(0, str(GUARD_FOLDER))

import network_guard  # noqa: E402 - the folder is on the path only now

_SPEC = importlib.util.find_spec("rootwarden")
assert _SPEC is not None
assert _SPEC.origin is not None
SOURCE_FOLDER = Path(_SPEC.origin).parent.parent

_ALIAS = "_alias_event_name"
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
OWN_PREFIXES = ("AWS_", "ROOTWARDEN_", "BOTO_", "MOTO_")

# A test asserts what happens, never how fast; continuous integration draws the same examples every time, and fewer.
hypothesis.settings.register_profile(
    "rootwarden",
    deadline=None,
    derandomize="CI" in os.environ,
    max_examples=60 if "CI" in os.environ else 100,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("rootwarden")


def pytest_configure() -> None:
    """The network is closed before the first test module is imported, and Ctrl-C means what it means to a person.

    A shell ignores it for what it runs in the background, and nohup ignores SIGHUP; every child would inherit that.
    """
    network_guard.install()
    for one in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(one) is signal.SIG_IGN:
            signal.signal(one, signal.default_int_handler if one is signal.SIGINT else signal.SIG_DFL)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin first, so that no worker is left alone with them at the end."""
    items.sort(key=lambda item: "crash" not in item.path.parts)


def isolate(patch: pytest.MonkeyPatch, home: Path) -> None:
    """Take the user's settings out of the environment and move every folder a program writes to into ``home``."""
    for name in list(os.environ):
        if name.startswith(OWN_PREFIXES) or name.upper() in {*PROXY_VARIABLES, "NO_PROXY"}:
            patch.delenv(name)
    places = {
        "HOME": home,
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_DATA_HOME": home / ".local" / "share",
        "XDG_CACHE_HOME": home / ".cache",
        "AWS_CONFIG_FILE": home / ".aws" / "config",
        "AWS_SHARED_CREDENTIALS_FILE": home / ".aws" / "credentials",
    }
    for name, place in places.items():
        patch.setenv(name, str(place))
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    proxy = "http://{}:{}".format(*network_guard.DEAD_PROXY)
    for name in PROXY_VARIABLES:
        patch.setenv(name, proxy)
        patch.setenv(name.lower(), proxy)
    patch.setenv("NO_PROXY", "127.0.0.1,localhost,::1")
    patch.setenv("no_proxy", "127.0.0.1,localhost,::1")
    patch.setenv(
        "PYTHONPATH", os.pathsep.join([str(GUARD_FOLDER), str(SOURCE_FOLDER)])
    )  # every child process finds sitecustomize.py, and runs the same code as the tests


@pytest.fixture(scope="session", autouse=True)
def _one_sdk() -> Iterator[None]:
    """What the SDK reads and works out anew for every session is the same in every test, and takes most of a short one."""
    loader, aliaser = Loader(), EventAliaser(HierarchicalEmitter())
    alias = getattr(EventAliaser, _ALIAS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", lambda search_path_string=None: loader)  # noqa: ARG005 - botocore names it
        patch.setattr(EventAliaser, _ALIAS, lambda _, name: alias(aliaser, name))
        yield


@pytest.fixture(scope="session", autouse=True)
def isolated_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures that live longer than a test (a running emulator, say) are kept apart as well."""
    home = tmp_path_factory.mktemp("session-home")
    record = home / "attempts"
    with pytest.MonkeyPatch.context() as patch:
        isolate(patch, home)
        network_guard.install(record)
        yield
        _fail_on(record)


@pytest.fixture(autouse=True)
def network_attempts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of the test's own, and the file of its attempts to leave the machine: if there are any, the test fails."""
    home = tmp_path_factory.mktemp("home")
    record = tmp_path_factory.mktemp("network") / "attempts"
    with pytest.MonkeyPatch.context() as patch:
        isolate(patch, home)
        patch.setenv(network_guard.RECORD_VARIABLE, str(record))
        yield record
    _fail_on(record)


def _fail_on(record: Path) -> None:
    if record.exists():
        pytest.fail(f"tried to leave this machine:\n{record.read_text(encoding='utf-8')}", pytrace=False)
