"""The AWS configuration files of ``--write-aws-config``."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import botocore.session
import pytest

from rootwarden.emulator.aws_config import MARKER, WrittenConfig, write_aws_config
from rootwarden.emulator.builders import SECURITY, small
from rootwarden.emulator.building import build_world
from rootwarden.emulator.org_file import PrincipalSpec
from rootwarden.emulator.world import World
from rootwarden.errors import BadInput

ENDPOINT = "http://127.0.0.1:5000"


@pytest.fixture
def world() -> World:
    """The small organization with one role."""
    auditor = PrincipalSpec(account=SECURITY, name="Auditor")
    return build_world(small().model_copy(update={"principals": (auditor,)}))


def write(folder: Path, world: World) -> WrittenConfig:
    return write_aws_config(folder, world.profiles, endpoint_url=ENDPOINT, region="us-east-1")


def test_botocore_reads_every_profile(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = write(tmp_path / "new" / "folder", world)
    for name, value in written.environment.items():
        monkeypatch.setenv(name, value)
    assert set(botocore.session.Session().available_profiles) == set(world.profiles)
    for name, credential in world.profiles.items():
        session = botocore.session.Session(profile=name)
        found = session.get_credentials()
        assert found is not None
        assert (found.access_key, found.secret_key, found.token) == (
            credential.access_key_id,
            credential.secret_access_key,
            credential.token,
        )
        assert session.get_scoped_config()["endpoint_url"] == ENDPOINT
        assert session.get_config_variable("region") == "us-east-1"
    client = botocore.session.Session(profile="emulator-management").create_client("sts")
    assert client.meta.endpoint_url == ENDPOINT


def test_only_the_user_may_read_the_files(world: World, tmp_path: Path) -> None:
    written = write(tmp_path / "aws", world)
    for path in (written.config, written.credentials):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text(encoding="utf-8").startswith(MARKER + "\n")
    assert stat.S_IMODE((tmp_path / "aws").stat().st_mode) == 0o700
    assert sorted(path.name for path in (tmp_path / "aws").iterdir()) == ["config", "credentials"]


def test_files_of_an_earlier_run_are_replaced(world: World, tmp_path: Path) -> None:
    write(tmp_path, world)
    again = write_aws_config(
        tmp_path, world.profiles, endpoint_url="http://127.0.0.1:6000", region="eu-west-1"
    )
    text = again.config.read_text(encoding="utf-8")
    assert "endpoint_url = http://127.0.0.1:6000" in text
    assert ENDPOINT not in text


@pytest.mark.parametrize("name", ["config", "credentials"])
@pytest.mark.parametrize(
    "content", [b"[default]\naws_access_key_id = x\n", b"", b"\xff\xfe", b" " + MARKER.encode()]
)
def test_somebody_elses_file_stays_as_it_is(world: World, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match="was not written by the emulator"):
        write(tmp_path, world)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {name: content}


def test_a_link_or_a_folder_in_its_place_is_refused(world: World, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text(MARKER + "\n", encoding="utf-8")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "config").symlink_to(target)
    (tmp_path / "folder" / "credentials").mkdir(parents=True)
    for name in ("linked", "folder"):
        with pytest.raises(BadInput, match="is not an ordinary file"):
            write(tmp_path / name, world)
    assert target.read_text(encoding="utf-8") == MARKER + "\n"


def test_a_folder_that_cannot_be_made(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="cannot write AWS configuration files"):
        write(tmp_path / "file" / "aws", world)


def test_the_users_own_files_are_not_touched(world: World, tmp_path: Path) -> None:
    home = Path(os.environ["HOME"])
    before = sorted(home.rglob("*"))
    write(tmp_path, world)
    assert sorted(home.rglob("*")) == before
