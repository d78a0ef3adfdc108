"""The configuration that ``init`` writes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.errors import ConfigurationError
from rootwarden.model.purpose import PurposeName
from rootwarden.settings import Configuration, Settings, config_template, load_settings
from rootwarden.settings.problems import all_keys
from rootwarden.settings.template import toml_value


def uncommented(template: str) -> str:
    return re.sub(r"(?m)^#(?! )", "", template)


def load(folder: Path, text: str) -> Settings:
    path = folder / "rootwarden.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return load_settings(path, {})


def test_the_template_loads_as_the_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path, config_template())
    assert settings.model_dump(exclude={"source"}) == Configuration().model_dump()


def test_with_every_key_uncommented_it_loads_too(tmp_path: Path) -> None:
    settings = load(tmp_path, uncommented(config_template()))
    assert all(settings.purposes.of(name) is not None for name in PurposeName)
    assert settings.limits.session_seconds == 900


def test_every_key_is_in_it() -> None:
    table = tomllib.loads(uncommented(config_template()))
    shown = set(paths(table))
    for path in all_keys():
        if (
            path[0] == "purposes" and len(path) == 3
        ):  # a purpose is a profile or a role: each key is shown once at least
            assert any(other[0] == "purposes" and other[2:] == path[2:] for other in shown if len(other) == 3)
        else:
            assert path in shown


def test_every_default_is_in_it() -> None:
    table = tomllib.loads(uncommented(config_template()))
    defaults = Configuration().model_dump(exclude_none=True, mode="json")
    del defaults["purposes"]
    for path in paths(defaults):
        expected = at(defaults, path)
        is_list_of_sections = expected == [] and isinstance((at(table, path) or [0])[0], dict)
        if not isinstance(expected, dict) and not is_list_of_sections:  # of a list of sections one is shown
            assert at(table, path) == expected, path


def test_every_key_is_explained() -> None:
    lines = config_template().splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"#?[a-z_]+ = ", line)]
    assert len(keys) > 20
    assert all(lines[number - 1].startswith("# ") for number in keys)


def test_what_is_given_is_set(tmp_path: Path) -> None:
    template = config_template(
        organization_id="o-a1b2c3d4e5",
        region="eu-central-1",
        profiles={PurposeName.DELEGATE: "security", PurposeName.MANAGEMENT_DEPLOY: "admin"},
    )
    settings = load(tmp_path, template)
    assert (settings.organization_id, settings.region) == ("o-a1b2c3d4e5", "eu-central-1")
    set_purposes = {name: purpose.profile for name in PurposeName if (purpose := settings.purposes.of(name))}
    assert set_purposes == {PurposeName.DELEGATE: "security", PurposeName.MANAGEMENT_DEPLOY: "admin"}
    assert load(tmp_path, uncommented(template)).purposes.of(PurposeName.MANAGEMENT_DEPLOY)


def test_a_template_that_would_not_load_is_not_handed_out() -> None:
    with pytest.raises(
        ConfigurationError, match=r"organization_id: expected an organization id .* found \"o-1\""
    ):
        config_template(organization_id="o-1")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_being_written(text: str) -> None:
    assert tomllib.loads(f"key = {toml_value([text])}")["key"] == [text]


def paths(table: dict[str, Any], prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for key, value in table.items():
        found.append((*prefix, key))
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            found += paths(inner, (*prefix, key))
    return found


def at(table: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        table = table[key]
    return table
