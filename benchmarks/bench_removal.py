"""How long a removal takes in many accounts under a rate of AssumeRoot calls.

    python benchmarks/bench_removal.py [--accounts 1000] [--rate 20]

An emulated organization in a process of its own answers AssumeRoot at the rate and throttles what is above it. Every account
holds a password and an access key. Each needs two AssumeRoot calls, so the rate's own time is twice the accounts over the rate;
the bar is 1.25 times that, with no account lost.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rootwarden.emulator import FaultSpec, OrganizationFile, account
from rootwarden.emulator.builders import MANAGEMENT, SECURITY
from rootwarden.emulator.org_file import RateSpec

BAR = 1.25
UNITS = 20
SESSIONS = 2
"""AssumeRoot calls an account: one that deletes, one that looks."""
ROOT: dict[str, Any] = {"password": True, "access_keys": ({},)}


def organization(accounts: int, rate: float) -> OrganizationFile:
    """That many accounts with two credentials each, over twenty OUs."""
    members = [
        account(f"{300_000_000_000 + number:012d}", f"Account {number}", f"/Unit{number % UNITS}", root=ROOT)
        for number in range(accounts)
    ]
    throttle = FaultSpec(
        operation="sts:AssumeRoot", kind="throttle", rate=RateSpec(per_second=rate, burst=rate)
    )
    return OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=(account(SECURITY, "Security"), *members),
        security_account=SECURITY,
        trusted_services=("iam.amazonaws.com",),
        root_features=("RootCredentialsManagement",),
        delegated_administrators={SECURITY: ("iam.amazonaws.com",)},
        faults=(throttle,),
    )


def run(folder: Path, *arguments: str) -> tuple[float, int, Any]:
    """Seconds, exit code and document of one command line."""
    environment = {
        **os.environ,
        "AWS_CONFIG_FILE": str(folder / "aws" / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "aws" / "credentials"),
        "XDG_STATE_HOME": str(folder / "state"),
    }
    command = [sys.executable, "-m", "rootwarden", *arguments, "-o", "json", "-q"]
    begun = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own program
        [*command, "--profile", f"emulator-{SECURITY}"],
        capture_output=True, encoding="utf-8", check=False, env=environment,
    )  # fmt: skip
    return time.perf_counter() - begun, done.returncode, json.loads(done.stdout)


def main() -> None:
    """Prints how long plan and removal took; exit 1 where the bar is missed or an account was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=20.0)
    asked = parser.parse_args()
    own = SESSIONS * asked.accounts / asked.rate
    print(f"{os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "organization.json"
        file.write_text(organization(asked.accounts, asked.rate).model_dump_json(exclude_unset=True))
        start = [sys.executable, "-m", "rootwarden", "emulator", "start", "--org", str(file), "-o", "json"]
        with subprocess.Popen(  # noqa: S603 - our own program
            [*start, "--write-aws-config", str(folder / "aws")], stdout=subprocess.PIPE, encoding="utf-8"
        ) as emulator:
            try:
                _wait_for(folder / "aws" / "config")
                plan = str(folder / "plan.json")
                seconds, code, _ = run(folder, "remove", "plan", "--all", "--out", plan)
                print(f"plan     {seconds:7.1f} s, exit code {code}")
                apply = ("remove", "apply", plan, "--yes", "--max-accounts", str(asked.accounts))
                seconds, code, document = run(folder, *apply)
            finally:
                emulator.terminate()
    clean = sum(row["verification"] == "verified_clean" for row in document["accounts"])
    print(
        f"removal  {seconds:7.1f} s, exit code {code}: {seconds / own:.2f} times the rate's own {own:.0f} s (bar {BAR})"
    )
    print(f"         {clean} of {asked.accounts} accounts verified clean, {document['summary']}")
    if clean < asked.accounts or seconds > BAR * own:
        sys.exit("missed")


def _wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.1)
    sys.exit("the emulator did not start")


if __name__ == "__main__":
    main()
