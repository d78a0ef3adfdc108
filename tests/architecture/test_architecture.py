"""ARCHITECTURE.md, the import contracts and the folders say the same, and every file keeps to the limits."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TOP = Path(__file__).parents[2]
PACKAGE = TOP / "src" / "rootwarden"
SOURCES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
HOMELESS = {"util", "utils", "helper", "helpers", "common", "shared", "misc"}
EVERYBODY_MAY = {"errors", "model"}
"""Rooms that the table leaves out of every row, as its introduction says."""


def rooms_on_disk() -> set[str]:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    files = {path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")}
    return folders | files


def rooms_in_document() -> dict[str, set[str]]:
    """Each room of the table, and what its last column lets it import."""
    text = (TOP / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_]+)(?:/|\.py)` \|.*\| ([^|]*) \|$", text, re.MULTILINE)
    assert len(rows) == len(dict(rows)), "a room stands twice in the table"
    return {room: set(re.findall(r"`([a-z_]+)`", allowed)) for room, allowed in rows}


def contracts() -> list[dict[str, Any]]:
    text = (TOP / "pyproject.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    return found


def room(module: str) -> str:
    return module.removeprefix("rootwarden.")


def forbidden_by_contracts() -> set[tuple[str, str]]:
    """Every pair of rooms of which a contract says that the first may not import the second."""
    pairs: set[tuple[str, str]] = set()
    for contract in contracts():
        if contract["type"] == "forbidden":
            pairs |= {
                (room(a), room(b)) for a in contract["source_modules"] for b in contract["forbidden_modules"]
            }
        if contract["type"] == "layers":
            layers = [[room(name.strip()) for name in layer.split("|")] for layer in contract["layers"]]
            for height, layer in enumerate(layers):
                out_of_reach = {other for above in layers[: height + 1] for other in above}
                pairs |= {(lower, other) for lower in layer for other in out_of_reach - {lower}}
    return pairs


def test_the_table_names_the_rooms_there_are() -> None:
    assert set(rooms_in_document()) == rooms_on_disk()


@pytest.mark.parametrize("name", sorted(rooms_on_disk()))
def test_the_table_allows_what_the_contracts_allow(name: str) -> None:
    forbidden = forbidden_by_contracts()
    allowed = {other for other in rooms_on_disk() - {name} if (name, other) not in forbidden}
    assert rooms_in_document()[name] == allowed - EVERYBODY_MAY


def test_everybody_but_those_two_may_import_errors_and_model() -> None:
    forbidden = forbidden_by_contracts()
    others = rooms_on_disk() - EVERYBODY_MAY
    assert not {(name, shared) for name in others for shared in EVERYBODY_MAY} & forbidden
    assert ("model", "errors") not in forbidden
    assert ("errors", "model") in forbidden


def test_the_layers_name_every_room_but_the_emulator() -> None:
    (layers,) = (contract["layers"] for contract in contracts() if contract["type"] == "layers")
    named = {room(name.strip()) for layer in layers for name in layer.split("|")}
    assert named == rooms_on_disk() - {"emulator"}


@pytest.mark.parametrize("external", ["boto3", "botocore", "moto", "sqlite3"])
def test_what_only_some_rooms_may_import_is_closed_to_all_others(external: str) -> None:
    """A new room has to be added to the contracts about libraries, too."""
    users = {
        "boto3": {"aws", "emulator"},
        "botocore": {"aws", "emulator"},
        "moto": {"emulator"},
        "sqlite3": {"ledger"},
    }
    closed = {name for name, library in forbidden_by_contracts() if library == external}
    assert closed == rooms_on_disk() - users[external]


def test_one_door_to_root() -> None:
    protected = [contract for contract in contracts() if contract["type"] == "protected"]
    assert [(contract["protected_modules"], contract["allowed_importers"]) for contract in protected] == [
        (["rootwarden.aws.assume_root"], ["rootwarden.sessions"])
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    too_long = [f"{name} has {length} lines" for name, length in functions(text) if length > LONGEST_FUNCTION]
    assert too_long == []


def functions(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_the_length_of_a_function_is_counted() -> None:
    assert list(functions("def one():\n    two = 2\n    return two\n")) == [("one", 3)]


def test_every_module_has_a_home() -> None:
    names = {part for path in SOURCES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert names & HOMELESS == set()


def test_no_two_tests_share_a_file_name() -> None:
    """Tests are not packages, so their names have to differ."""
    names = [path.name for path in (TOP / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
