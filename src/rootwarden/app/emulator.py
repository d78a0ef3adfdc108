"""Starting the emulator, which is an optional extra and is imported only here, and only when it is asked for."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rootwarden.app.ledger import LEDGER_VARIABLE
from rootwarden.errors import BadInput
from rootwarden.model.purpose import PurposeName
from rootwarden.settings import CONFIG_VARIABLE, config_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.emulator import Emulator, OrganizationFile

_BUILDERS = ("small", "large")


def start_emulator(organization: str, port: int) -> Emulator:
    """Starts an emulator with ``small``, ``large`` or the organization of a file; port 0 takes a free one.

    Raises BadInput for a file that is not right, a port in use, or a missing extra.
    """
    try:
        from rootwarden import emulator  # noqa: PLC0415 - an optional extra, and half a second to import

        return emulator.Emulator(_organization(organization), port=port)
    except ModuleNotFoundError as error:
        raise BadInput(
            f"the emulator needs {error.name}, which is not installed",
            advice="Install the extra: pip install 'rootwarden[emulator]'.",
        ) from error


def _organization(text: str) -> OrganizationFile:
    from rootwarden.emulator import large, small  # noqa: PLC0415 - see above
    from rootwarden.emulator.reading import read_organization  # noqa: PLC0415 - see above

    if text in _BUILDERS:
        return small() if text == "small" else large()
    path = Path(text)
    if not path.exists():
        raise BadInput(
            f"--org {text!r} is neither small nor large nor a file",
            advice="Give small, large, or the path of a JSON file.",
        )
    return read_organization(path)


def start_document(emulator: Emulator) -> dict[str, Any]:
    """What ``emulator start -o json`` prints; the token of the control endpoint is in it."""
    from rootwarden.emulator.start_document import start_document as document  # noqa: PLC0415 - see above

    control = (emulator.control_url, emulator.control_token)
    return document(emulator.world, emulator.endpoint_url, control)


def write_profiles(emulator: Emulator, directory: Path) -> dict[str, str]:
    """Writes AWS configuration files for the emulator's profiles; returns the variables that make AWS tools use them."""
    from rootwarden.emulator.aws_config import write_aws_config  # noqa: PLC0415 - see above

    region = start_document(emulator)["region"]
    written = write_aws_config(
        directory, emulator.world.profiles, endpoint_url=emulator.endpoint_url, region=region
    )
    return written.environment


# One account of the rehearsal is throttled for good; nobody who watches wants to wait minutes for it, time and again.
_REHEARSAL_LIMITS = {"patience_seconds": 2}


@contextmanager
def rehearsal_environment(emulator: Emulator, folder: Path) -> Iterator[None]:
    """Makes this process use the emulator's profiles and a configuration of its own, and nothing of the user's, inside the block."""
    document = start_document(emulator)
    profiles = {
        PurposeName.MANAGEMENT_READ: "emulator-management",
        PurposeName.MANAGEMENT_DEPLOY: "emulator-management",
        PurposeName.DELEGATE: "emulator-security",
    }
    configuration = folder / "rootwarden.toml"
    configuration.write_text(
        config_template(
            organization_id=document["organization_id"], profiles=profiles, limits=_REHEARSAL_LIMITS
        ),
        encoding="utf-8",
    )
    configuration.chmod(0o600)
    ours = {
        **write_profiles(emulator, folder / "aws"),
        CONFIG_VARIABLE: str(configuration),
        LEDGER_VARIABLE: f"sqlite:///{folder / 'ledger.sqlite3'}",
    }
    theirs = {name: value for name, value in os.environ.items() if name.startswith(("AWS_", "ROOTWARDEN_"))}
    for name in theirs:
        del os.environ[name]
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
        os.environ.update(theirs)
