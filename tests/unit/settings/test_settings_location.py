"""Which file is used, and which is not trusted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rootwarden.errors import ConfigurationError
from rootwarden.settings import default_location, ignored_in_working_directory, load_settings


def config(path: Path, region: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'region = "{region}"\n', encoding="utf-8")
    path.chmod(0o600)
    return path


def test_the_option_wins_over_the_variable_and_that_over_the_users_file(tmp_path: Path) -> None:
    users = config(default_location(), "eu-west-1")
    named = config(tmp_path / "named.toml", "eu-west-2")
    given = config(tmp_path / "given.toml", "eu-west-3")
    environ = {"ROOTWARDEN_CONFIG": str(named)}
    assert load_settings(given, environ).region == "eu-west-3"
    assert load_settings(None, environ).region == "eu-west-2"
    assert load_settings(None, {}).region == "eu-west-1"
    assert load_settings(None, {"ROOTWARDEN_CONFIG": ""}).source == users


def test_the_working_directory_is_never_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = config(tmp_path / "rootwarden.toml", "eu-west-1")
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, {})
    assert settings.source is None
    assert settings.region is None
    assert ignored_in_working_directory(Path.cwd(), settings.source) == found


def test_the_file_in_use_is_not_reported_as_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path / "rootwarden.toml", "eu-west-1")
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("rootwarden.toml"), {})
    assert settings.source == tmp_path / "rootwarden.toml"
    assert ignored_in_working_directory(tmp_path, settings.source) is None
    other = config(tmp_path / "other.toml", "eu-west-2")
    assert ignored_in_working_directory(tmp_path, other) == tmp_path / "rootwarden.toml"


def test_nothing_to_report_in_an_empty_working_directory(tmp_path: Path) -> None:
    assert ignored_in_working_directory(tmp_path, None) is None


@pytest.mark.parametrize("how", ["option", "variable"])
def test_a_named_file_has_to_exist(tmp_path: Path, how: str) -> None:
    missing = tmp_path / "none.toml"
    option = missing if how == "option" else None
    environ = {"ROOTWARDEN_CONFIG": str(missing)} if how == "variable" else {}
    with pytest.raises(ConfigurationError, match="there is no such file") as caught:
        load_settings(option, environ)
    assert "rootwarden init" in caught.value.advice


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = config(tmp_path / "c.toml", "eu-west-1")
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match=f"mode {mode:04o}") as caught:
        load_settings(path, {})
    assert f"chmod go-w {path}" in caught.value.advice


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o444])
def test_a_file_that_others_may_read_is_fine(tmp_path: Path, mode: int) -> None:
    path = config(tmp_path / "c.toml", "eu-west-1")
    path.chmod(mode)
    assert load_settings(path, {}).region == "eu-west-1"


@pytest.mark.parametrize(("owner", "trusted"), [("user", True), ("root", True), ("other", False)])
def test_a_file_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: str, trusted: bool
) -> None:
    """Changing owners needs root, so the user is changed instead: the file's owner is whoever runs the tests."""
    path = config(tmp_path / "c.toml", "eu-west-1")
    uid = path.stat().st_uid
    me = uid if owner == "user" else uid + 4321
    monkeypatch.setattr(os, "geteuid", lambda: me)
    if owner == "root":
        monkeypatch.setattr("rootwarden.settings.location._ROOT", uid)
    elif owner == "other":
        monkeypatch.setattr("rootwarden.settings.location._ROOT", uid + 1)
    if trusted:
        assert load_settings(path, {}).region == "eu-west-1"
    else:
        with pytest.raises(ConfigurationError, match=f"belongs to another user \\(uid {uid}\\)"):
            load_settings(path, {})


def test_a_link_is_judged_by_the_file_it_leads_to(tmp_path: Path) -> None:
    target = config(tmp_path / "target.toml", "eu-west-1")
    link = tmp_path / "link.toml"
    link.symlink_to(target)
    assert load_settings(link, {}).region == "eu-west-1"
    target.chmod(0o666)
    with pytest.raises(ConfigurationError, match="others than its owner"):
        load_settings(link, {})
