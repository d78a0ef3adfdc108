"""Reading the configuration."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from rootwarden.errors import ConfigurationError
from rootwarden.settings.location import chosen_location, read_trusted
from rootwarden.settings.problems import problems_of
from rootwarden.settings.schema import Configuration, Settings

_ADVICE: Final = "docs/configuration.md lists every key; rootwarden init writes a file with all of them."
_UNQUOTED_ID: Final = re.compile(r"^[^#\"']*[=\[,\s](0[0-9]{11})\b", re.MULTILINE | re.ASCII)


def load_settings(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings in force: of ``path`` (``--config``), else of ROOTWARDEN_CONFIG, else of the user's own file, else defaults.

    Raises ConfigurationError, with every problem of the file at once, when the file cannot be used or trusted.
    """
    source = chosen_location(path, environ)
    if source is None:
        return Settings()
    table = parse(read_trusted(source), str(source))
    return Settings.model_validate({**table, "source": source})


def parse(text: str, name: str) -> dict[str, Any]:
    """The file's tables, found to be valid; ``name`` stands for the file in errors. Raises ConfigurationError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"{name}: not valid TOML: {error}", advice=_advice_on_syntax(text)
        ) from error
    try:
        Configuration.model_validate(table)
    except ValidationError as error:
        problems = problems_of(error)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise ConfigurationError("\n  ".join([f"{name}: {count}", *problems]), advice=_ADVICE) from error
    return table


def _advice_on_syntax(text: str) -> str:
    unquoted = _UNQUOTED_ID.search(text)
    if unquoted:
        return f'Put account ids in quotes: "{unquoted.group(1)}".'
    return "Correct the line; text stands in double quotes, lists in square brackets (https://toml.io)."
