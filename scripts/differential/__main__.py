"""Compares rootwarden's policy evaluator with iam-simulate on random cases: ``make differential``.

docs/policy-engine.md explains every class of difference that is known. Exit code 1: there is one that is not; 2: the
other program broke. Without Node, npm or the package nothing is compared, which is said, and the exit code is 0.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final

from differential.comparison import Compared, compare
from differential.generation import cases
from differential.oracle import PACKAGE, VERSIONS, Broken, NotThere, find_oracle

_SHOWN: Final = 3


def main(arguments: Sequence[str]) -> int:
    """Run both and print the counts; 1 where a difference has no explanation, 2 where the other program broke."""
    parser = argparse.ArgumentParser(prog="make differential", description="Compare two policy evaluators.")
    parser.add_argument("--cases", type=_count, default=6000, help="how many (default: 6000)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (default: 1)")
    wanted = parser.parse_args(arguments)
    try:
        oracle = find_oracle()
    except NotThere as e:
        sys.stdout.write(f"skipped: {e}\n")
        return 0
    try:
        compared = compare(list(cases(wanted.cases, wanted.seed)), oracle)
    except Broken as e:
        sys.stderr.write(f"{e}\n")
        return 2
    sys.stdout.write(
        f"{wanted.cases} random cases (seed {wanted.seed}), against {PACKAGE} {VERSIONS[PACKAGE]}\n"
        f"{report(compared)}"
    )
    return 1 if any(_is_unexplained(one) for one in compared) else 0


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one case is needed")
    return number


def report(compared: Sequence[Compared]) -> str:
    """How many agree and how many differ, by answer and by class, and the first differences without an explanation."""
    agreed = Counter(one.ours for one in compared if one.agrees)
    alone = Counter(one.classes[0] for one in compared if len(one.classes) == 1)
    together = Counter(name for one in compared if len(one.classes) > 1 for name in one.classes)
    differing = sum(1 for one in compared if not one.agrees)
    unexplained = [one for one in compared if _is_unexplained(one)]
    lines = [f"{agreed.total():6} agree"]
    lines += [f"         {count:6} {answer}" for answer, count in agreed.most_common()]
    lines += [f"{differing:6} differ; with several reasons at once in brackets"]
    lines += [
        f"         {alone[name]:6} {name}{f' (+{together[name]})' if together[name] else ''}"
        for name in sorted(alone | together, key=lambda name: -alone[name])
    ]
    lines += [f"         {len(unexplained):6} unexplained"]
    lines += [_shown(one) for one in unexplained[:_SHOWN]]
    return "\n".join(lines) + "\n"


def _is_unexplained(one: Compared) -> bool:
    return not one.agrees and not one.classes


def _shown(one: Compared) -> str:
    case = json.dumps(one.case.as_simulation(), indent=1)
    return f"\nwe say {one.ours}, they say {one.theirs}: {one.case.judged_by_us().sentence}\n{case}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
