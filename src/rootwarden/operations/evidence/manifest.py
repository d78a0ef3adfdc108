"""The manifest of a folder: written, read, and held against the files there are. Pure; the caller reads and writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from rootwarden.errors import BadInput
from rootwarden.model.canonical import plain
from rootwarden.model.evidence import FileCheck, FileSeal, FileState, Manifest

SCHEMA: Final = "rootwarden/evidence-manifest/1"
NAME: Final = "manifest.json"
TRAIL: Final = "cloudtrail"
"""The folder of what came later, with a manifest of its own."""


def to_text(manifest: Manifest) -> str:
    """The content of the manifest's file."""
    return json.dumps({"schema": SCHEMA, **plain(manifest)}, indent=2) + "\n"


def from_text(text: str, name: str) -> Manifest:
    """The manifest of a file. Raises BadInput for what is none."""
    try:
        document: Any = json.loads(text)
        if not isinstance(document, dict) or document.pop("schema", None) != SCHEMA:
            raise BadInput(
                f"{name}: not a manifest of this version", advice="Name a folder that --evidence wrote."
            )
        return TypeAdapter(Manifest).validate_python(document)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(
            f"{name}: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            advice="Name a folder that --evidence wrote, unchanged.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name}: not JSON: {error}", advice="Name a folder that --evidence wrote.") from error


def compare(sealed: Iterable[FileSeal], found: Mapping[str, FileSeal | None]) -> tuple[FileCheck, ...]:
    """Every file that is sealed or found, by its path; None stands for what is there and is no ordinary file."""
    expected = {one.path: one for one in sealed}
    checks = []
    for path in sorted(expected.keys() | found.keys()):
        if path not in expected:
            state = FileState.EXTRA
        elif path not in found:
            state = FileState.MISSING
        else:
            state = FileState.INTACT if found[path] == expected[path] else FileState.ALTERED
        checks.append(FileCheck(path, state))
    return tuple(checks)
