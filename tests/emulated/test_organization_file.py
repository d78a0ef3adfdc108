"""Organization files: every mistake is named with its place, and the published schema is the model's."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.emulator import reading
from rootwarden.emulator.builders import large, small
from rootwarden.emulator.org_file import OrganizationFile, as_json_schema
from rootwarden.emulator.reading import read_organization
from rootwarden.errors import BadInput

TOP = Path(__file__).parents[2]
CASES = sorted((TOP / "tests" / "cases" / "organization_files").glob("*.json"))
GOOD = {"management_account": {"id": "111111111111", "name": "Management"}}


def written(folder: Path, content: Any) -> Path:
    path = folder / "organization.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def problems_of(path: Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read_organization(path)
    message = caught.value.message
    assert message.startswith(f"organization file {path}: ")
    assert caught.value.advice
    lines = message.removeprefix(f"organization file {path}: ").split("\n")
    return [line.strip() for line in lines[1:]] or lines


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_broken_file_says_what_is_wrong_and_where(case: Path, tmp_path: Path) -> None:
    expected = json.loads(case.read_text(encoding="utf-8"))
    content = expected["text"] if "text" in expected else expected["file"]
    assert problems_of(written(tmp_path, content)) == expected["problems"]


def test_the_case_files_are_found() -> None:
    assert len(CASES) > 80


@pytest.mark.parametrize("organization", [small(), large(60)], ids=["small", "large"])
def test_what_is_written_out_reads_back_the_same(organization: OrganizationFile, tmp_path: Path) -> None:
    path = written(tmp_path, organization.model_dump_json())
    assert read_organization(path) == organization
    jsonschema.validate(
        json.loads(path.read_text(encoding="utf-8")),
        as_json_schema(),
        format_checker=jsonschema.FormatChecker(),
    )


def test_a_file_may_name_its_schema_and_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "organization.json"
    document = {"$schema": "./emulator-organization.schema.json", **GOOD}
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(document).encode())
    assert read_organization(path).management_account.name == "Management"


def test_the_published_schema_is_the_models() -> None:
    published = json.loads((TOP / "docs" / "emulator-organization.schema.json").read_text(encoding="utf-8"))
    assert published == as_json_schema(), "run: make docs"
    jsonschema.Draft202012Validator.check_schema(published)


def test_every_field_of_the_schema_is_described() -> None:
    schema = as_json_schema()
    bare = [
        f"{name}.{field}"
        for name, definition in {"top": schema, **schema["$defs"]}.items()
        for field, details in definition.get("properties", {}).items()
        if not details.get("description")
    ]
    assert bare == []


def test_what_the_schema_rejects_the_reader_rejects(tmp_path: Path) -> None:
    """The schema knows the form of fields only, so every case it rejects has to be one of ours as well."""
    validator = jsonschema.Draft202012Validator(as_json_schema())
    cases = [json.loads(case.read_text(encoding="utf-8")) for case in CASES]
    rejected = [case for case in cases if "file" in case and not validator.is_valid(case["file"])]
    assert len(rejected) > 30
    for case in rejected:
        assert problems_of(written(tmp_path, case["file"]))


def test_a_folder_a_missing_file_and_a_pipe_are_not_read(tmp_path: Path) -> None:
    assert problems_of(tmp_path) == ["it is a folder"]
    assert problems_of(tmp_path / "none.json") == ["it cannot be read: No such file or directory"]
    assert problems_of(tmp_path / "none.json" / "deeper") == ["it cannot be read: No such file or directory"]
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert problems_of(pipe) == ["it is not a file"]


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert problems_of(path) == ["it cannot be read: Permission denied"]


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "organization.json"
    path.write_bytes('{"name": "Münster"}'.encode("latin-1"))
    assert problems_of(path) == ["it is not UTF-8: byte 12 does not fit"]


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_FILE", 30)
    path = written(tmp_path, GOOD)
    assert problems_of(path) == [f"it has {path.stat().st_size} bytes, more than the 30 that are read"]


def test_a_long_list_of_problems_is_cut_and_counted(tmp_path: Path) -> None:
    accounts = [{"id": "no", "name": "x"} for _ in range(30)]
    found = problems_of(written(tmp_path, {**GOOD, "accounts": accounts}))
    assert len(found) == 21
    assert found[-1] == "and 10 more"


def test_control_characters_of_the_file_do_not_reach_the_message(tmp_path: Path) -> None:
    found = problems_of(written(tmp_path, {**GOOD, "\x1b[31mred": 1, "accounts": [{"id": "\x1b[2J"}]}))
    assert any("\\x1b[31mred: unknown key" in line for line in found)
    assert all(line.isprintable() for line in found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from([*OrganizationFile.model_fields, "management_account"])


def outcome_of(path: Path) -> str:
    """What came of reading: ``read``, or the message of the refusal. Any other exception ends the test."""
    try:
        read_organization(path)
    except BadInput as error:
        return error.message
    return "read"


@given(document=st.dictionaries(FIELDS | st.text(max_size=8), JSON, max_size=5))
def test_no_document_leads_to_another_error(
    document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.mktemp("any"), {**GOOD, **document})
    found = outcome_of(path)
    assert found == "read" or found.startswith(f"organization file {path}: ")
    assert found.replace("\n", "").isprintable()


@given(
    where=st.sampled_from(["id", "name", "email", "ou", "state", "joined", "tags", "scps", "root"]),
    value=JSON,
)
def test_no_value_of_an_account_leads_to_another_error(
    where: str, value: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    account = {"id": "222222222222", "name": "One", where: value}
    found = outcome_of(written(tmp_path_factory.mktemp("any"), {**GOOD, "accounts": [account]}))
    assert found == "read" or "accounts[0]" in found or "JSON" in found
