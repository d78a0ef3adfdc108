"""``python -m bench_audit``: the cases, their bars, and the same job with a client per account beside them."""

from __future__ import annotations

import argparse
import os
import sys
import time

from bench_audit import table
from bench_audit.cases import CASES, Bench

_QUICK = 10


def main() -> None:
    """Runs the cases asked for; exit 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="bench_audit", description=(__doc__ or "").partition(": ")[2])
    parser.add_argument("--case", action="append", choices=list(CASES), help="only this case (repeatable)")
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the accounts; bars are shown, not held"
    )
    asked = parser.parse_args()
    bench = Bench(divisor=_QUICK if asked.quick else 1)
    began, missed = time.perf_counter(), []
    print(f"{os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}\n")
    print(table.header(), flush=True)
    for name in asked.case or CASES:
        result = CASES[name](bench)
        print(f"\n{table.text(result, judged=not asked.quick)}", flush=True)
        if result.missed:
            missed.append(name)
    print(f"\n{time.perf_counter() - began:.0f} s in all; load average {os.getloadavg()[0]:.1f}")
    if asked.quick:
        return
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")
    print("every bar is met")


if __name__ == "__main__":
    main()
