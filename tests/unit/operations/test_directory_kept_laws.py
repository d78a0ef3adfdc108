"""What is kept of an organization comes back as it was, and anything else is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.errors import BadInput
from rootwarden.model.directory import Directory
from rootwarden.model.ids import AccountId
from rootwarden.model.organization import (
    Account,
    AccountState,
    JoinedMethod,
    Organization,
    OrganizationalUnit,
)
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.model.reason import local
from rootwarden.model.units import UnitTree
from rootwarden.operations.directory.gather import placed
from rootwarden.operations.directory.kept import from_text, to_text

ORGANIZATION = Organization("o-exampleorg1", AccountId("111111111111"), "ALL")
AWS = "aws"
TAKEN = datetime(2026, 10, 5, 8, 0, 0, 123456, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    units = [OrganizationalUnit("r-ab12", "Root", "/")]
    for number, name in enumerate(draw(st.lists(TEXTS, max_size=5))):
        above = draw(st.sampled_from(units))
        path = f"{above.path.rstrip('/')}/{name}"
        units.append(OrganizationalUnit(f"ou-ab12-{number:08d}", name, path, above.id))
    tree = UnitTree(units)
    ids = draw(st.sets(st.integers(0, 10**12 - 1), max_size=6))
    accounts = tuple(
        placed(
            Account(
                AccountId(f"{number:012d}"),
                draw(TEXTS),
                draw(TEXTS),
                draw(st.sampled_from(AccountState)),
                draw(st.sampled_from(JoinedMethod)),
                parents=draw(st.none() | st.sampled_from([tree.lineage(unit.id) for unit in units])),
            ),
            tree,
        )
        for number in ids
    )
    tags = {account.id: draw(st.dictionaries(TEXTS, TEXTS, max_size=3)) for account in accounts[::2]}
    taken = TAKEN if tags else None
    return Directory(
        ORGANIZATION, accounts, Seen(tuple(units)), TAKEN, kept=True, tags=tags, tags_taken=taken
    )


@given(directories())
def test_it_comes_back_as_it_was(directory: Directory) -> None:
    assert from_text(to_text(directory, AWS), ORGANIZATION, AWS, now=TAKEN) == directory


@given(directories(), st.data())
def test_a_torn_one_is_refused(directory: Directory, data: st.DataObject) -> None:
    """Cut anywhere: half of an organization must not pass for all of it."""
    text = to_text(directory, AWS)
    cut = text[: data.draw(st.integers(0, len(text) - 2))]
    with pytest.raises(BadInput):
        from_text(cut, ORGANIZATION, AWS, now=TAKEN)


@given(
    st.recursive(
        st.none() | st.booleans() | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
    )
)
def test_any_other_document_is_refused(document: Any) -> None:
    with pytest.raises(BadInput):
        from_text(json.dumps(document), ORGANIZATION, AWS, now=TAKEN)


EXAMPLE = Directory(
    ORGANIZATION,
    (Account(AccountId("333333333333"), "Shop", "s@example.com", AccountState.ACTIVE, parents=("r-ab12",)),),
    Seen((OrganizationalUnit("r-ab12", "Root", "/"),)),
    TAKEN,
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": "rootwarden/directory/2"}, "another version wrote it"),
        ({"schema": None}, "another version wrote it"),
        ({"organization_id": "o-somebodyelse"}, "it is of organization o-somebodyelse"),
        ({"endpoint": "http://127.0.0.1:1"}, "at http://127.0.0.1:1"),
        ({"taken": "2026-10-05T08:00:00"}, "taken"),
        ({"taken": "2027-01-01T00:00:00Z"}, "in the future"),
        ({"accounts": None}, "accounts"),
        ({"units": []}, "an account stands in an OU that is not there"),
        ({"surplus": 1}, "surplus"),
        ({"accounts": [{"id": "333333333333"}]}, "accounts.0"),
    ],
)
def test_what_is_not_to_be_trusted(change: dict[str, Any], words: str) -> None:
    document = json.loads(to_text(EXAMPLE, AWS)) | change
    with pytest.raises(BadInput) as caught:
        from_text(json.dumps(document), ORGANIZATION, AWS, now=TAKEN + timedelta(hours=1))
    assert words in caught.value.message


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "[" * 100_000, "\x00", '{"schema": "rootwarden/directory/1"']
)
def test_what_was_never_one(text: str) -> None:
    with pytest.raises(BadInput):
        from_text(text, ORGANIZATION, AWS, now=TAKEN)


def test_one_account_twice_is_refused() -> None:
    document = json.loads(to_text(EXAMPLE, AWS))
    document["accounts"] *= 2
    with pytest.raises(BadInput, match="twice"):
        from_text(json.dumps(document), ORGANIZATION, AWS, now=TAKEN)


def test_a_tree_that_was_not_seen_is_not_kept() -> None:
    """It would hide for a day that it may be read by now."""
    unseen = Directory(ORGANIZATION, (), NotSeen(local("denied", "no")), TAKEN)
    with pytest.raises(BadInput):
        to_text(unseen, AWS)
