"""Audits, measured and checked, each against a server of its own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from bench_audit.organization import DELEGATE
from bench_audit.quotas import assume_root, least_seconds, least_seconds_with_listing
from bench_audit.running import Used, home, measured, server
from bench_audit.truth import Verdict, compare

_NO_OPTIONS: Final[Mapping[str, float]] = {}
_SETTLED: Final = 0.2
"""The share of a run's seconds after which a limiter has to know the quota."""


class AuditRun(NamedTuple):
    """One audit of a whole organization."""

    members: int
    used: Used
    counts: Mapping[str, Any]
    verdict: Verdict
    load: tuple[float, float]
    """The machine's load average over a minute, before and after."""

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU an account."""
        return self.used.cpu * 1000 / self.members

    @property
    def sessions(self) -> int:
        """Root sessions that were given."""
        given: int = self.counts["sessions"]
        return given

    def throttled(self, *, settled: bool) -> float:
        """The share of AssumeRoot calls that was throttled; of the settled part of the run or of all of it."""
        seconds = self.counts["seconds"]
        if settled:
            seconds = seconds[round(len(seconds) * _SETTLED) :]
        calls = sum(second[0] for second in seconds)
        return sum(second[1] for second in seconds) / calls if calls else 0.0


def audited(members: int, options: Mapping[str, float] = _NO_OPTIONS, *, ledger: bool = True) -> AuditRun:
    """Runs the real command on an organization of that many members, with the server's options, 50 ms latency by default."""
    program = "rootwarden" if ledger else "bench_audit.without_ledger"
    with server({"members": members, **options}) as place, home() as folder:
        out, store = folder / "audit.jsonl", folder / "ledger.sqlite3"
        words = [program, "audit", "--all", "-o", "jsonl", "--ledger", f"sqlite:///{store}"]
        before = os.getloadavg()[0]
        used = measured(words, place, folder, out=out)
        counts = place.counts()
        mixed_up = sum(counts["outcomes"].get("mix-up", {}).values())
        verdict = compare(out, place.truths(), mixed_up=mixed_up)
    return AuditRun(members, used, counts, verdict, (before, os.getloadavg()[0]))


class EachRun(NamedTuple):
    """The same job with a client per account, on a sample."""

    accounts: int
    used: Used
    lost: int

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU an account."""
        return self.used.cpu * 1000 / self.accounts


def client_each(accounts: int, options: Mapping[str, float] = _NO_OPTIONS) -> EachRun:
    """Runs the comparison on a sample of accounts."""
    with server({"members": accounts, **options}) as place, home() as folder:
        out = folder / "each.jsonl"
        used = measured(["bench_audit.client_each", DELEGATE, str(accounts)], place, folder, out=out)
        active = sum(one["state"] == "ACTIVE" and one["id"] >= DELEGATE for one in place.truths())
        lost = active - sum('"error": null' in line for line in out.read_text().splitlines())
    return EachRun(accounts, used, lost)


def own_time(run: AuditRun, per_second: float) -> tuple[float, float]:
    """The time that AssumeRoot's quota alone asks for the sessions of a run, and that of an ideal client that lists as well."""
    rate = assume_root(per_second)
    return least_seconds(run.sessions, rate), least_seconds_with_listing(run.members, rate)


def described(run: AuditRun) -> list[str]:
    """What else there is to say of a run."""
    outcomes = ", ".join(f"{number:,} {name}" for name, number in run.verdict.outcomes.most_common())
    wrong = [f"WRONG {fault}" for fault in run.verdict.faults]
    return [*taken(run.used, run.counts, run.load), f"rows: {outcomes}", *wrong]


def taken(used: Used, counts: Mapping[str, Any], load: tuple[float, float]) -> list[str]:
    """What a run took, of the machine and of AWS."""
    refused: Counter[str] = Counter()
    for found in counts["outcomes"].values():
        refused.update({code: number for code, number in found.items() if code != "ok"})
    took = f"{used.seconds:.1f} s, {used.cpu:.1f} s of CPU, {used.megabytes:.0f} MB; server {counts['cpu']:.1f} s of CPU"
    calls = f"{sum(counts['calls'].values()):,} calls, {counts['calls'].get('AssumeRoot', 0):,} of them AssumeRoot"
    badly = ", ".join(f"{number:,} {code}" for code, number in refused.most_common())
    return [
        f"{took}; load average {load[0]:.1f} before, {load[1]:.1f} after",
        f"{calls}; {counts['most_in_flight']} at once on {counts['connections']} connections",
        *([f"not answered well: {badly}"] if badly else []),
    ]
