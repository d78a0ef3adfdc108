"""Leases of a run, on both stores: kept, given back, and taken over from a run that died here."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rootwarden.errors import LeaseLost
from rootwarden.ledger.lease_keeper import LENGTH, HeldByUs, LeaseKeeper
from rootwarden.ledger.leases import Held
from rootwarden.ledger.run_mark import RunMark

if TYPE_CHECKING:
    from ledger_world import Place

NAME = "account:111122223333"


def keeper(place: Place, mark: RunMark) -> LeaseKeeper:
    return LeaseKeeper(place.open(), mark, "somebody here")


def taken(one: HeldByUs | Held) -> HeldByUs:
    assert isinstance(one, HeldByUs)
    return one


def test_one_at_a_time(place: Place, tmp_path: Path) -> None:
    with RunMark(tmp_path) as ours, RunMark(tmp_path) as theirs:
        with taken(keeper(place, ours).take(NAME)):
            held = keeper(place, theirs).take(NAME)
            assert isinstance(held, Held)
            assert held.by.owner == f"somebody here, run {ours.id}"
        taken(keeper(place, theirs).take(NAME))


def test_one_of_a_run_that_died_here_is_taken_over(place: Place, tmp_path: Path) -> None:
    dead = RunMark(tmp_path)
    dead.__enter__()
    taken(keeper(place, dead).take(NAME))
    with RunMark(tmp_path) as mark:
        assert isinstance(keeper(place, mark).take(NAME), Held)
        assert dead._descriptor is not None
        os.close(dead._descriptor)  # as the system does when a process dies
        taken(keeper(place, mark).take(NAME))


def test_one_of_a_run_that_ended_in_the_middle_is_taken_over(place: Place, tmp_path: Path) -> None:
    ended = RunMark(tmp_path)
    ended.__enter__()
    taken(keeper(place, ended).take(NAME))
    ended.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    with RunMark(tmp_path) as mark:
        taken(keeper(place, mark).take(NAME))


def test_all_of_a_run_that_died_are_taken_over_at_once(tmp_path: Path) -> None:
    """Threads that ask about one run at the same moment must not take each other for it."""
    dead = RunMark(tmp_path)
    dead.__enter__()
    assert dead._descriptor is not None
    os.close(dead._descriptor)
    together = threading.Barrier(8)

    def ask(_: int) -> list[bool]:
        answers = []
        for _round in range(200):
            together.wait()
            answers.append(mark.is_over(dead.id))
        return answers

    with RunMark(tmp_path) as mark, ThreadPoolExecutor(8) as pool:
        assert {answer for answers in pool.map(ask, range(8)) for answer in answers} == {True}


def test_one_of_a_run_elsewhere_is_not(place: Place, tmp_path: Path) -> None:
    """Its mark is not here, so nobody can tell whether it lives."""
    with RunMark(tmp_path / "there") as there:
        taken(keeper(place, there).take(NAME))
    with RunMark(tmp_path / "here") as here:
        assert isinstance(keeper(place, here).take(NAME), Held)


def test_is_kept_only_while_it_is_ours(place: Place, tmp_path: Path) -> None:
    with RunMark(tmp_path) as mark:
        lease = taken(keeper(place, mark).take(NAME))
        ends = lease.ends
        lease.keep()
        assert lease.ends == ends  # most of its time is left
        lease._clock = lambda: datetime.now(UTC) + LENGTH * 0.6
        lease.keep()
        assert lease.ends > ends
        lease._store.release(lease._lease)
        lease._clock = lambda: datetime.now(UTC) + LENGTH
        with pytest.raises(LeaseLost):
            lease.keep()


def test_marks_go_with_their_runs_and_old_ones_are_swept(tmp_path: Path) -> None:
    old = tmp_path / f"{'a' * 32}.run"
    old.touch()
    long_ago = (datetime.now(UTC) - timedelta(days=3)).timestamp()
    os.utime(old, (long_ago, long_ago))
    recent = tmp_path / f"{'b' * 32}.run"
    recent.touch()
    with RunMark(tmp_path) as mark:
        assert {path.name for path in tmp_path.iterdir()} == {recent.name, f"{mark.id}.run"}
    assert list(tmp_path.iterdir()) == [recent]


def test_without_a_place_for_marks_leases_still_work(place: Place, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with RunMark(tmp_path / "file") as mark:
        taken(keeper(place, mark).take(NAME))
        assert isinstance(keeper(place, mark).take(NAME), Held)
