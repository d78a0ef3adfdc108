"""The file of accounts: what it names, and where it is wrong."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from rootwarden.app.accounts_file import parse_accounts, read_accounts_file
from rootwarden.errors import BadInput

A, B = "111122223333", "000000000042"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"{A}\n{B}\n", [A, B]),
        (f"{A}\r\n{B}\r\n", [A, B]),
        (f"{A}\r{B}", [A, B]),
        (f"\n  {A}  \n\t\n{B}", [A, B]),
        (f"# ours\n{A} # the shop\n  # indented\n{B} #no space\n{B[:11]}9# nor here", [A, B, B[:11] + "9"]),
        ("Team #1\nShop # not this\nShop #", ["Team #1", "Shop"]),
        ("Gamma, Inc.\n1111-2222-3333", ["Gamma, Inc.", "1111-2222-3333"]),
        ("Bräu ✓\n", ["Bräu ✓"]),
    ],
)
def test_what_it_names(text: str, names: list[str]) -> None:
    assert list(parse_accounts(text, "list").places) == names


def test_what_is_named_twice_counts_once_and_is_noted() -> None:
    found = parse_accounts(f"{A}\n{B}\n{A}\n# x\n{A}\n", "list")
    assert list(found.places) == [A, B]
    assert found.places[A] == "list, line 1"
    assert found.notes == ("list: lines 3, 5 repeat an account named before; it counts once",)


def test_every_wrong_line_is_named() -> None:
    """With its number and the file's name."""
    with pytest.raises(BadInput) as caught:
        parse_accounts(f"{A}\n11112222333\n# 1\n1111222233334\n\x1b[31mred", "accounts.txt")
    assert caught.value.message.split("\n  ") == [
        "accounts.txt, line 2: '11112222333' is not an account id: it has 11 digits",
        "accounts.txt, line 4: '1111222233334' is not an account id: it has 13 digits",
        "accounts.txt, line 5: neither an account id nor a name",
    ]


def test_a_great_many_wrong_lines_are_counted() -> None:
    with pytest.raises(BadInput) as caught:
        parse_accounts("12\n" * 1000, "list")
    assert caught.value.message.endswith("and 980 more")


@pytest.mark.parametrize("text", ["", "\n \n", "# nobody\n"])
def test_one_that_names_nobody(text: str) -> None:
    """Nothing selected is an error, never everything."""
    with pytest.raises(BadInput, match="names no account, which means none"):
        parse_accounts(text, "list")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "names no account"),
        ("\ufeff# nobody".encode(), "names no account"),
        (A.encode() + b"\n\xff\n", "not UTF-8 text (line 2)"),
        (f"{A}\n".encode("utf-16"), "not UTF-8 text (line 1)"),
        (b"\0" * 5, "neither an account id nor a name"),
        (b"1\n" * 9_000_000, "larger than 16 MB"),
        (b"x" * 5_000_000, "neither an account id nor a name"),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        read_accounts_file(str(path))
    assert words in caught.value.message
    assert len(caught.value.message) < 300 + len(str(path))


def test_a_mark_at_the_beginning_is_no_part_of_the_id(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(f"\ufeff{A}\r\n".encode())
    assert list(read_accounts_file(str(tmp_path / "list.txt")).places) == [A]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{A}\n12\n".encode())))
    with pytest.raises(BadInput, match="standard input, line 2"):
        read_accounts_file("-")


def test_the_largest_organization_there_can_be(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("".join(f"{number:012d}\n" for number in range(50_000)), encoding="utf-8")
    assert len(read_accounts_file(str(path)).places) == 50_000
