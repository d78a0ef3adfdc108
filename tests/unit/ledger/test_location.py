"""Where ledgers are."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledger_values import IDENTITY

from rootwarden.errors import BadInput
from rootwarden.ledger.chain import Identity
from rootwarden.ledger.location import Location, S3Location, SqliteLocation, default_path, parse_location


@pytest.mark.parametrize(
    ("text", "location", "written"),
    [
        ("sqlite:////var/lib/l.db", SqliteLocation(Path("/var/lib/l.db")), "sqlite:////var/lib/l.db"),
        ("sqlite:///l.db", SqliteLocation(Path("l.db")), "sqlite:///l.db"),
        (
            "s3://my-bucket/team/records",
            S3Location("my-bucket", "team/records"),
            "s3://my-bucket/team/records",
        ),
        (
            "s3://my-bucket/team/records/",
            S3Location("my-bucket", "team/records"),
            "s3://my-bucket/team/records",
        ),
        ("s3://my-bucket", S3Location("my-bucket", ""), "s3://my-bucket/"),
    ],
)
def test_a_place_is_read_and_written(text: str, location: Location, written: str) -> None:
    assert parse_location(text) == location
    assert str(location) == written
    assert parse_location(written) == location


def test_a_tilde_is_the_home_folder() -> None:
    assert parse_location("sqlite:///~/l.db") == SqliteLocation(Path.home() / "l.db")


@pytest.mark.parametrize(
    "text",
    [
        *("", "l.db", "sqlite://l.db", "sqlite:///", "sqlite:///folder/", "sqlite:///a\0b"),
        *("s3://", "s3://Upper/x", "s3:///x", "s3://my-bucket/" + "x" * 201, "s3://my-bucket/naïve"),
        *("s3://my-bucket/a\nb", "https://my-bucket/x"),
    ],
)
def test_what_is_no_place_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_location(text)
    assert "sqlite:///PATH" in caught.value.advice or "200" in caught.value.advice


def test_each_organization_and_endpoint_has_a_file_of_its_own() -> None:
    folder = Path("/state")
    endpoints = ["aws", "http://127.0.0.1:5000", "http://127.0.0.1:5001", "https://proxy.example.com"]
    found = [default_path(Identity("o-exampleorg1", endpoint), folder) for endpoint in endpoints]
    assert found[0] == Path("/state/ledgers/o-exampleorg1-aws.sqlite3")
    assert found[1].name.startswith("o-exampleorg1-127.0.0.1-")
    assert len(set(found)) == 4
    assert {path.parent for path in found} == {Path("/state/ledgers")}
    assert default_path(IDENTITY, folder) != default_path(Identity("o-exampleorg2", "aws"), folder)


@pytest.mark.parametrize("organization", ["", "../../etc", "o-UPPER00000", "o-short"])
def test_an_organization_id_that_is_none_names_no_file(organization: str) -> None:
    with pytest.raises(BadInput, match="not an organization id"):
        default_path(Identity(organization, "aws"), Path("/state"))
