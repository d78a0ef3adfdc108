"""The cases and their bars."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import cache
from typing import Final

from bench_audit.quotas import assume_root, least_seconds, least_seconds_with_listing
from bench_audit.removals import removed
from bench_audit.runs import AuditRun, EachRun, audited, client_each, described, own_time, taken
from bench_audit.table import Figure, Result, at_most

CPU_MS: Final = 6.0
MEGABYTES: Final = 200.0
OWN_TIME: Final = 1.15
THROTTLED: Final = 0.05
LEDGER: Final = 1.05
GROWTH: Final = 1.10
REMOVAL: Final = 1.25
SESSIONS: Final = 2
"""Of a removal, in each account: one that deletes, one that verifies."""
_SAMPLE: Final = 100
_FEW: Final = 20
"""Accounts of the organization whose audit shows what a run costs whatever its size."""
_FAULTS: Final = {"throttle": 0.05, "server_error": 0.02, "reset": 0.02, "stall": 0.01}


class Bench:
    """Runs the cases at a scale; audits that several cases look at are made once."""

    def __init__(self, *, divisor: int = 1) -> None:
        self._divisor = divisor
        self._audits = cache(self._audit_several)

    def _members(self, members: int) -> int:
        return members // self._divisor

    def _audit_several(self, members: int, times: int, *, ledger: bool) -> tuple[AuditRun, ...]:
        return tuple(audited(members, ledger=ledger) for _ in range(times))

    def plain(self) -> Result:
        """Nothing in the way but latency and the listing."""
        members = self._members(10_000)
        runs = self._audits(members, 2, ledger=True)
        each = client_each(_SAMPLE)
        cpu = statistics.median(run.cpu_ms for run in runs)
        memory = statistics.median(run.used.megabytes for run in runs)
        result = Result(f"plain: {members:,} accounts, 50 ms latency, no quota of AssumeRoot")
        result.figures = [
            Figure("CPU an account", *at_most(cpu, CPU_MS, "ms"), _beside_cpu(each, cpu)),
            Figure(
                "peak memory",
                *at_most(memory, MEGABYTES, "MB", digits=0),
                f"{each.used.megabytes:.0f} MB (for {each.accounts} accounts)",
            ),
            _time(runs[-1]),
            _rows(*runs),
        ]
        result.notes = [line for run in runs for line in described(run)]
        return result

    def quota_150(self) -> Result:
        """A quota a little below what the listing gives."""
        return self._under_quota("quota-150", 5_000, 150)

    def quota_20(self) -> Result:
        """A low quota, which the limiter has to find and keep to."""
        members = self._members(1_000)
        result = self._under_quota("quota-20", 1_000, 20)
        each = client_each(min(members, 2 * _SAMPLE), {"assume_root": 20})
        rows = result.figures[-1]
        beside = f"{each.lost} of {each.accounts} lost"
        result.figures[-1] = Figure(rows.name, rows.measured, rows.bar, rows.met, beside)
        return result

    def _under_quota(self, name: str, members: int, per_second: float) -> Result:
        members = self._members(members)
        run = audited(members, {"assume_root": per_second})
        alone, ideal = own_time(run, per_second)
        ratio = run.used.seconds / alone
        share = run.throttled(settled=True)
        result = Result(f"{name}: {members:,} accounts, 50 ms latency, {per_second} AssumeRoot/s")
        result.figures = [
            Figure("time / quota's own time", *at_most(ratio, OWN_TIME, "")),
            Figure(
                "AssumeRoot throttled, settled",
                f"{share:.1%} ({run.throttled(settled=False):.1%} in all)",
                f"under {THROTTLED:.0%}",
                share < THROTTLED,
            ),
            _rows(run),
        ]
        result.notes = [
            f"the quota's own time is {alone:.1f} s; an ideal client, which has to list as well, takes {ideal:.1f} s",
            *described(run),
        ]
        return result

    def quota_600(self) -> Result:
        """A quota so high that something else is in the way."""
        members = self._members(10_000)
        run = audited(members, {"assume_root": 600})
        alone, ideal = own_time(run, 600)
        listing = least_seconds_with_listing(members, None)
        core = run.used.cpu / run.used.seconds
        bounds = (
            "ListAccounts (20 accounts a page, 8 pages/s)"
            if run.used.seconds < 1.15 * listing
            else "the client"
        )
        result = Result(f"quota-600: {members:,} accounts, 50 ms latency, 600 AssumeRoot/s")
        result.figures = [
            Figure("time / quota's own time", f"{run.used.seconds / alone:.2f}", "reported"),
            Figure("time / an ideal client's time", f"{run.used.seconds / ideal:.2f}", "reported"),
            Figure("bounded by", bounds),
            _rows(run),
        ]
        said = f"the quota's own time is {alone:.1f} s, ListAccounts alone takes {listing:.1f} s"
        result.notes = [f"{said}; the client kept {core:.0%} of a core busy", *described(run)]
        return result

    def faults(self) -> Result:
        """Throttles, server errors, resets and stalls, for every call of every service."""
        members = self._members(2_000)
        run = audited(members, {"denied_every": 200, **_FAULTS})
        each = client_each(min(members, 2 * _SAMPLE), _FAULTS)
        result = Result(
            f"faults: {members:,} accounts, 5 % throttles, 2 % 5xx, 2 % resets, 1 % stalls of 10 s; SCPs deny 1 in 200"
        )
        rows = _rows(run)
        beside = f"{each.lost} of {each.accounts} lost"
        result.figures = [Figure(rows.name, rows.measured, rows.bar, rows.met, beside), _time(run)]
        result.notes = described(run)
        return result

    def ledger(self) -> Result:
        """What keeping a ledger costs."""
        members = self._members(10_000)
        kept = self._audits(members, 2, ledger=True)
        not_kept = self._audits(members, 2, ledger=False)
        seconds = _median_ratio(kept, not_kept, lambda run: run.used.seconds)
        cpu = _median_ratio(kept, not_kept, lambda run: run.used.cpu)
        result = Result(f"ledger: {members:,} accounts, ledger on against off")
        result.figures = [
            Figure("time, on / off", *at_most(seconds, LEDGER, "", digits=3)),
            Figure("CPU, on / off", f"{cpu:.3f}"),
            _rows(*not_kept),
        ]
        result.notes = [f"without: {line}" for run in not_kept for line in described(run)]
        return result

    def growth(self) -> Result:
        """Whether an account costs the same in a larger organization, apart from the start of the program."""
        large, small = self._members(10_000), self._members(1_000)
        start = statistics.median(run.used.cpu for run in self._audits(_FEW, 3, ledger=True))
        figures = {}
        for members, times in ((small, 3), (large, 2)):
            cpu = statistics.median(run.used.cpu for run in self._audits(members, times, ledger=True))
            figures[members] = (cpu - start) * 1000 / (members - _FEW)
        ratio = figures[large] / figures[small]
        result = Result(f"growth: CPU an account at {large:,} against {small:,} accounts")
        result.figures = [
            Figure("ratio", *at_most(ratio, GROWTH, "", digits=3)),
            Figure(f"at {small:,}", f"{figures[small]:.2f} ms"),
            Figure(f"at {large:,}", f"{figures[large]:.2f} ms"),
        ]
        result.notes = [f"without what an audit of {_FEW} accounts costs: {start:.2f} s of CPU"]
        return result

    def removal(self) -> Result:
        """A confirmed plan, applied and verified under a low quota."""
        members, per_second = self._members(1_000), 20
        run = removed(members, per_second)
        alone = least_seconds(SESSIONS * run.planned, assume_root(per_second))
        sessions = run.counts["most_sessions"]
        said = f"{run.verified:,} of {run.planned:,}; {run.left} hold something yet"
        result = Result(f"removal: {run.planned:,} accounts with two credentials, {per_second} AssumeRoot/s")
        result.figures = [
            Figure("time / quota's own time", *at_most(run.used.seconds / alone, REMOVAL, "")),
            Figure(
                "sessions in an account", f"{sessions} at most", f"at most {SESSIONS}", sessions <= SESSIONS
            ),
            Figure("accounts verified", said, "all, none lost", run.verified == run.planned and not run.left),
        ]
        result.notes = [
            f"the quota's own time is {alone:.1f} s, for {SESSIONS} sessions in each account",
            *taken(run.used, run.counts, run.load),
        ]
        return result


CASES: Final[dict[str, Callable[[Bench], Result]]] = {
    "plain": Bench.plain,
    "quota-150": Bench.quota_150,
    "quota-20": Bench.quota_20,
    "quota-600": Bench.quota_600,
    "faults": Bench.faults,
    "ledger": Bench.ledger,
    "growth": Bench.growth,
    "removal": Bench.removal,
}


def _median_ratio(
    ones: tuple[AuditRun, ...], others: tuple[AuditRun, ...], of: Callable[[AuditRun], float]
) -> float:
    return statistics.median(map(of, ones)) / statistics.median(map(of, others))


def _beside_cpu(each: EachRun, cpu: float) -> str:
    return f"{each.cpu_ms:.1f} ms, {each.cpu_ms / cpu:.0f} x (of {each.accounts} accounts)"


def _time(run: AuditRun) -> Figure:
    listing = least_seconds_with_listing(run.members, None)
    return Figure("time", f"{run.used.seconds:.1f} s (listing takes {listing:.1f} s)")


def _rows(*runs: AuditRun) -> Figure:
    worst = max(runs, key=lambda run: run.verdict.lost + run.verdict.wrong)
    verdict = worst.verdict
    said = f"{verdict.rows:,}; {verdict.lost} lost, {verdict.wrong} wrong"
    return Figure("rows", said, "every row right, none lost", verdict.all_right)
