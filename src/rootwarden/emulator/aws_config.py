"""AWS configuration files whose profiles lead to the emulator and nowhere else.

Every profile carries the emulator's address and keys that AWS rejects, so that no command given such a profile can reach
a real account. https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rootwarden.emulator.keyring import Credential
from rootwarden.errors import BadInput

MARKER: Final = "# Written by rootwarden emulator; it may be overwritten."
"""First line of every file of ours."""


@dataclass(frozen=True, slots=True)
class WrittenConfig:
    """The two files, and the variables that make AWS tools use them."""

    config: Path
    credentials: Path

    @property
    def environment(self) -> dict[str, str]:
        """``AWS_CONFIG_FILE`` and ``AWS_SHARED_CREDENTIALS_FILE``."""
        return {"AWS_CONFIG_FILE": str(self.config), "AWS_SHARED_CREDENTIALS_FILE": str(self.credentials)}


def write_aws_config(
    directory: Path, profiles: Mapping[str, Credential], *, endpoint_url: str, region: str
) -> WrittenConfig:
    """Writes ``config`` and ``credentials`` into a folder, which is made if need be; both get mode 0600.

    Raises BadInput where a file is there that we did not write, or where the folder cannot be written.
    """
    files = WrittenConfig(config=directory / "config", credentials=directory / "credentials")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (files.config, files.credentials):
            _refuse_foreign(path)
        _write(files.credentials, _credentials_text(profiles))
        _write(files.config, _config_text(profiles, endpoint_url, region))
    except OSError as e:
        raise BadInput(
            f"cannot write AWS configuration files into {directory}: {e.strerror or e}",
            advice="Name a folder that you may write to, or one that does not exist yet.",
        ) from e
    return files


def _config_text(profiles: Mapping[str, Credential], endpoint_url: str, region: str) -> str:
    sections = (
        f"[profile {name}]\nregion = {region}\nendpoint_url = {endpoint_url}\noutput = json\n"
        for name in profiles
    )
    return "\n".join((MARKER, *sections))


def _credentials_text(profiles: Mapping[str, Credential]) -> str:
    sections = []
    for name, credential in profiles.items():
        lines = [
            f"[{name}]",
            f"aws_access_key_id = {credential.access_key_id}",
            f"aws_secret_access_key = {credential.secret_access_key}",
        ]
        if credential.token is not None:
            lines.append(f"aws_session_token = {credential.token}")
        sections.append("\n".join((*lines, "")))
    return "\n".join((MARKER, *sections))


def _refuse_foreign(path: Path) -> None:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise BadInput(
            f"{path} is not an ordinary file", advice="Name a folder of its own for the emulator's profiles."
        )
    if not path.exists():
        return
    with path.open("rb") as existing:
        if existing.readline().rstrip(b"\r\n") != MARKER.encode():
            raise BadInput(
                f"{path} was not written by the emulator, so it stays as it is",
                advice="Name a folder of its own for the emulator's profiles, not the one with your own.",
            )


def _write(path: Path, text: str) -> None:
    """Writes beside the file and moves into place: nobody ever reads half of it, or sees it with a wider mode."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp gives 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
