"""Which file is the configuration, and whether it can be trusted."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import platformdirs

from rootwarden.errors import ConfigurationError

FILE_NAME: Final = "rootwarden.toml"
CONFIG_VARIABLE: Final = "ROOTWARDEN_CONFIG"

_WRITABLE_BY_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
_ROOT: Final = 0


def default_location() -> Path:
    """The file in the platform's user configuration folder, whether or not it exists."""
    return platformdirs.user_config_path("rootwarden", appauthor=False) / FILE_NAME


def chosen_location(option: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file named by ``--config`` or ROOTWARDEN_CONFIG, else the default one if it exists, else None."""
    named = option or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    if named is not None:
        return named.expanduser().absolute()
    default = default_location()
    return default if default.exists() else None


def ignored_in_working_directory(cwd: Path, used: Path | None) -> Path | None:
    """A ``rootwarden.toml`` that lies in the working directory and is not the one in use, for a warning; else None."""
    found = cwd / FILE_NAME
    if not found.exists() or (used is not None and used.exists() and found.samefile(used)):
        return None
    return found


def read_trusted(path: Path) -> str:
    """The text of a configuration file that nobody but its owner (the user, or root) can have written.

    Raises ConfigurationError when the file cannot be read, is not text, or could have been changed by somebody else.
    """
    try:
        with path.open("rb") as file:
            _check_owner(path, os.fstat(file.fileno()))
            return file.read().decode("utf-8")
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path}: there is no such file",
            advice=f"Name another with --config or {CONFIG_VARIABLE}, or write one with: rootwarden init",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: not UTF-8 text", advice="Save it as UTF-8.") from error
    except OSError as error:
        raise ConfigurationError(
            f"{path}: cannot be read: {error.strerror}", advice="Check the path and its permissions."
        ) from error


def _check_owner(path: Path, found: os.stat_result) -> None:
    # The file decides which account's roots are opened, and where the record of it goes.
    if found.st_uid not in {os.geteuid(), _ROOT}:
        raise ConfigurationError(
            f"{path}: belongs to another user (uid {found.st_uid}), who could change it",
            advice="Use a file of your own: copy it, read it, and name it with --config.",
        )
    if found.st_mode & _WRITABLE_BY_OTHERS:
        raise ConfigurationError(
            f"{path}: others than its owner may write it (mode {stat.S_IMODE(found.st_mode):04o})",
            advice=f"Read it once more, then: chmod go-w {path}",
        )
