"""The fan-out: each item once, no more at a time than allowed, and an end that loses nothing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.errors import Interrupted
from rootwarden.sessions.fan_out import fan_out


def _collect(into: list[int], results: Iterator[int]) -> None:
    """One by one, so that what came before an exception is kept."""
    for result in results:
        into.append(result)  # noqa: PERF402 - list.extend need not keep it


@given(count=st.integers(0, 60), at_once=st.integers(1, 12))
def test_every_item_has_one_result_and_no_more_than_allowed_are_under_work(count: int, at_once: int) -> None:
    lock, under_work, most = threading.Lock(), 0, 0

    def work(item: int) -> int:
        nonlocal under_work, most
        with lock:
            under_work += 1
            most = max(most, under_work)
        with lock:
            under_work -= 1
        return item * 2

    assert sorted(fan_out(range(count), work, at_once=at_once)) == [item * 2 for item in range(count)]
    assert most <= at_once


def test_as_many_as_allowed_are_under_work_at_a_time() -> None:
    all_here = threading.Barrier(5, timeout=20)
    assert sorted(fan_out(range(10), lambda item: (all_here.wait(), item)[1], at_once=5)) == list(range(10))


def test_items_are_taken_when_somebody_is_free() -> None:
    """A list that is still being read is not read to its end before the work begins."""
    begun = threading.Event()

    def listed() -> Iterator[int]:
        yield 1
        assert begun.wait(20)  # comes only when the first is under work
        yield 2

    def work(item: int) -> int:
        begun.set()
        return item

    assert sorted(fan_out(listed(), work, at_once=2)) == [1, 2]


def test_an_exception_ends_the_run_after_what_was_under_work() -> None:
    both_begun, failing, begun = threading.Barrier(2, timeout=20), threading.Event(), list[int]()

    def work(item: int) -> int:
        begun.append(item)
        both_begun.wait()
        if item == 0:
            failing.set()
            raise LookupError("the end")
        assert failing.wait(20)
        return item

    results = list[int]()
    with pytest.raises(LookupError, match="the end"):
        _collect(results, fan_out([0, 1], work, at_once=2))
    assert results == [1]


def test_what_the_list_raises_comes_after_the_results_of_what_it_gave() -> None:
    def items() -> Iterator[int]:
        yield from range(5)
        raise OSError("the list broke off")

    results = list[int]()
    with pytest.raises(OSError, match="broke off"):
        _collect(results, fan_out(items(), lambda item: item, at_once=2))
    assert sorted(results) == list(range(5))


def test_ctrl_c_ends_the_run_and_keeps_what_was_under_work() -> None:
    """A real signal, while three items are under work and the reader waits."""
    all_here, heard, begun = threading.Barrier(4, timeout=20), threading.Event(), list[int]()

    def work(item: int) -> int:
        begun.append(item)
        all_here.wait()
        assert heard.wait(20)
        return item

    def press() -> None:
        all_here.wait()
        os.kill(os.getpid(), signal.SIGINT)
        while signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            threading.Event().wait(0.01)  # the handler gives its place back when it has run
        heard.set()

    presser = threading.Thread(target=press)
    presser.start()
    results = list[int]()
    with pytest.raises(Interrupted):
        _collect(results, fan_out(range(1000), work, at_once=3))
    presser.join()
    assert sorted(results) == sorted(begun) == [0, 1, 2]


def test_ctrl_c_is_told_to_the_work_that_is_under_way() -> None:
    """So that it can end by itself: nobody would let it go on otherwise. By then nothing new begins."""
    told, begun = threading.Event(), threading.Event()
    workers = list[threading.Thread]()

    def work(item: int) -> int:
        workers.append(threading.current_thread())
        begun.set()
        assert told.wait(20)
        return item

    def tell() -> None:
        told.set()
        workers[0].join(20)  # it goes on as far as it may before anything else is done about Ctrl-C

    def press() -> None:
        assert begun.wait(20)
        os.kill(os.getpid(), signal.SIGINT)

    results = list[int]()
    threading.Thread(target=press).start()
    with pytest.raises(Interrupted):
        _collect(results, fan_out(range(2), work, at_once=1, on_interrupt=tell))
    assert results == [0]


def test_who_stops_reading_stops_the_work() -> None:
    begun: list[int] = []

    def work(item: int) -> int:
        begun.append(item)
        return item

    results = fan_out(iter(range(10_000)), work, at_once=3)
    next(results)
    results.close()
    known = len(begun)
    assert known < 10_000
    assert len(begun) == known
