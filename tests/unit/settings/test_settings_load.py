"""What a configuration file says, and what is said about a bad one."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rootwarden.errors import ConfigurationError
from rootwarden.model.purpose import PurposeName
from rootwarden.model.tasks import RootTask
from rootwarden.settings import Configuration, Purpose, Settings, load_settings
from rootwarden.settings.problems import problems_of

CASES = Path(__file__).parents[2] / "cases" / "settings" / "problems.toml"

FULL = """
organization_id = "o-a1b2c3d4e5"
region = "eu-central-1"
allowed_endpoints = ["VPCE.example.com", "10.1.2.3", "fd00::1"]

[purposes.delegate]
profile = "security"

[purposes.management_deploy]
role_arn = "arn:aws:iam::111122223333:role/path/Deploy"
source_profile = "default"
external_id = "a1:b2"
mfa_serial = "arn:aws:iam::111122223333:mfa/alice"

[regions]
sts = "us-gov-west-1"

[scope]
accounts = ["012345678901"]
ous = ["/Workloads/Web shop", "ou-ab12-cd34ef56", "r-ab12", "/"]
tags = ["stage=prod", "team"]
exclude_accounts = ["444455556666"]

[limits]
max_accounts = 5
plan_max_age_hours = 3
session_seconds = 1

[require]
reason = true

[ledger]
url = "s3://audit-ledger/root/"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "rootwarden.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def problems(folder: Path, text: str) -> list[str]:
    """The lines of the error that a file with this text gives, without the first."""
    path = write(folder, text)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(path, {})
    assert caught.value.exit_code == 2
    assert caught.value.message.startswith(f"{path}: ")
    assert caught.value.advice
    return [line.strip() for line in caught.value.message.splitlines()[1:]]


def test_every_kind_of_value_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, FULL)
    settings = load_settings(path, {})
    assert settings.source == path
    assert settings.organization_id == "o-a1b2c3d4e5"
    assert settings.allowed_endpoints == ("vpce.example.com", "10.1.2.3", "fd00::1")
    assert settings.regions.sts == "us-gov-west-1"
    assert settings.scope.accounts == ("012345678901",)
    assert settings.scope.ous == ("/Workloads/Web shop", "ou-ab12-cd34ef56", "r-ab12", "/")
    assert settings.scope.names_some
    limits = settings.limits
    assert (limits.max_accounts, limits.plan_max_age_hours, limits.session_seconds) == (5, 3, 1)
    assert (settings.require.reason, settings.require.ticket) == (True, False)
    assert settings.ledger.url == "s3://audit-ledger/root/"
    assert settings.purposes.of(PurposeName.DELEGATE) == Purpose(profile="security")
    assert settings.purposes.of(PurposeName.LOG_READ) is None
    deploy = settings.purposes.of(PurposeName.MANAGEMENT_DEPLOY)
    assert deploy is not None
    assert (deploy.source_profile, deploy.external_id) == ("default", "a1:b2")


def test_defaults() -> None:
    settings = load_settings(None, {})
    assert settings == Settings()
    assert settings.source is None
    limits = settings.limits
    assert (limits.max_accounts, limits.plan_max_age_hours, limits.session_seconds) == (50, 24, 900)
    assert not settings.scope.names_some
    assert settings.ledger.url is None


def test_every_purpose_has_a_section() -> None:
    assert [name.value for name in PurposeName] == list(type(Settings().purposes).model_fields)


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().limits.max_accounts = 1000


def _cases() -> list[dict[str, str]]:
    found: list[dict[str, str]] = tomllib.loads(CASES.read_text(encoding="utf-8"))["case"]
    return found


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["name"])
def test_one_problem(tmp_path: Path, case: dict[str, str]) -> None:
    assert problems(tmp_path, case["text"]) == [case["problem"]]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "regoin = 'x'\n[limits]\nmax_accounts = 0\nsession_seconds = 'many'\n[require]\nreason = 'no'",
    )
    assert [line.partition(":")[0] for line in found] == [
        "limits.max_accounts",
        "limits.session_seconds",
        "require.reason",
        "regoin",
    ]


def test_long_values_are_cut(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, f"region = '{'x' * 5000}'")
    assert line.endswith("xxx...")
    assert len(line) < 200


def test_invalid_toml_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"rootwarden\.toml: not valid TOML: .*line 2"):
        load_settings(write(tmp_path, "[limits]\nmax_accounts = \n"), {})


def test_a_key_given_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not valid TOML"):
        load_settings(write(tmp_path, "region = 'eu-central-1'\nregion = 'eu-west-1'\n"), {})


@pytest.mark.parametrize("line", ["accounts = [012345678901]", "accounts = [\n  012345678901,\n]"])
def test_an_account_id_that_only_toml_refuses_gets_the_same_advice(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(write(tmp_path, f"[scope]\n{line}\n"), {})
    assert caught.value.advice == 'Put account ids in quotes: "012345678901".'


@pytest.mark.parametrize("content", [b"region = '\xff'", "region = 'é'".encode("utf-16")])
def test_what_is_not_utf8_is_refused(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path, "")
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        load_settings(path, {})


@given(st.text())
def test_any_text_gives_settings_or_our_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    path.chmod(0o600)
    try:
        named = str(load_settings(path, {}).source)
    except ConfigurationError as error:
        named = error.message
    assert str(path) in named


json_like = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10**12) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
sections = st.sampled_from(list(Settings.model_fields)) | st.text(max_size=8)


@given(st.dictionaries(sections, json_like, max_size=4))
def test_every_problem_is_put_in_our_words(table: dict[str, object]) -> None:
    lines: list[str] = []
    count = 0
    try:
        Configuration.model_validate(table)
    except ValidationError as error:
        lines, count = problems_of(error), error.error_count()
    assert len(lines) >= len(set(table) - set(Configuration.model_fields))
    assert len(lines) == count
    assert all(": expected " in line or ": unknown key" in line for line in lines)


DETECTION = """
[detection]
principals = ["arn:aws:iam::111122223333:role/path/Delegate"]
accounts = ["444455556666"]
tasks = ["audit", "s3-unlock"]
regions = ["eu-central-1"]
networks = ["203.0.113.0/24", "2001:db8::/32"]
alert_rules = ["root-activity"]

[[detection.suppressions]]
rule = "account-leaves"
owner = "platform-team"
reason = "spin-off"
until = 2027-01-31
accounts = ["444455556666"]

[[detection.suppressions]]
rule = "root-sign-in"
owner = "me"
reason = "drill"
until = "2027-01-31T12:00:00+02:00"
"""


def test_what_detection_expects(tmp_path: Path) -> None:
    """A day lasts to its end, in UTC."""
    said = load_settings(write(tmp_path, DETECTION), {}).detection
    assert said.principals == ("arn:aws:iam::111122223333:role/path/Delegate",)
    assert said.tasks == (RootTask.AUDIT, RootTask.S3_UNLOCK)
    assert said.networks == ("203.0.113.0/24", "2001:db8::/32")
    assert [(one.rule, one.until, one.accounts) for one in said.suppressions] == [
        ("account-leaves", datetime(2027, 2, 1, tzinfo=UTC), ("444455556666",)),
        ("root-sign-in", datetime(2027, 1, 31, 10, tzinfo=UTC), ()),
    ]
