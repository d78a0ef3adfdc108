"""What the emulator takes to start a large organization, and how many root sessions a second one client process gets.

    python benchmarks/bench_emulator.py [--pairs N]

A pair is AssumeRoot and, with the keys of the session and a client of its own, GetAccountSummary: what an audit does to an
account. The emulator runs in another process, with throttles off and CloudTrail recording. Prints the figures and the
bars they have to clear, and fails when one does not.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import boto3
from botocore.config import Config

from rootwarden.model.tasks import RootTask

ACCOUNTS = 10_000
START_SECONDS = 10.0
START_MEGABYTES = 1024.0
PAIRS_A_SECOND = 75.0
RUNS = 3
THREADS = (1, 4, 16)
REGION = "us-east-1"


def serve(said: Connection) -> None:
    """An emulator in a process of its own: says where it is and what it took, and ends when it is told so."""
    began = time.perf_counter()
    from rootwarden.emulator import OrganizationFile, large, running  # noqa: PLC0415 - part of what is measured

    organization: OrganizationFile = large(ACCOUNTS).model_copy(
        update={
            "throttles": False,
            "trusted_services": ("iam.amazonaws.com",),
            "root_features": ("RootCredentialsManagement", "RootSessions"),
        }
    )
    made = time.perf_counter()
    with running(organization) as emulator:
        keys = emulator.credential()
        targets = [
            one.id
            for one in organization.accounts
            if one.state == "ACTIVE" and not one.ou.startswith("/People/Production")
        ]
        said.send((time.perf_counter() - made, made - began, megabytes()))
        said.send((emulator.endpoint_url, keys.access_key_id, keys.secret_access_key, targets))
        said.recv()
        said.send(megabytes())


def megabytes() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def emulator() -> Iterator[tuple[Connection, tuple[float, float, float]]]:
    """A started emulator: the connection to it, and what the start took."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there,))
    process.start()
    try:
        yield here, here.recv()
    finally:
        process.join(30)


def pairs(endpoint: str, access_key_id: str, secret: str) -> Callable[[str], None]:
    """What audits one account with real clients."""
    session = boto3.Session()
    retries = Config(retries={"total_max_attempts": 1}, max_pool_connections=max(THREADS))
    settings: dict[str, Any] = {"region_name": REGION, "endpoint_url": endpoint, "config": retries}
    sts = session.client("sts", aws_access_key_id=access_key_id, aws_secret_access_key=secret, **settings)
    task = {"arn": RootTask.AUDIT.policy_arn("aws")}

    def audit(account: str) -> None:
        keys = sts.assume_root(TargetPrincipal=account, TaskPolicyArn=task)["Credentials"]
        iam: Any = session.client(
            "iam",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            **settings,
        )
        iam.get_account_summary()

    return audit


def rate(audit: Callable[[str], None], accounts: list[str], threads: int) -> float:
    """Pairs a second."""
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(audit, accounts):
            pass
    return len(accounts) / (time.perf_counter() - began)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=400, metavar="N", help="pairs in each run")
    wanted = parser.parse_args().pairs
    with emulator() as (there, (started, made, memory)):
        endpoint, access_key_id, secret, targets = there.recv()
        audit = pairs(endpoint, access_key_id, secret)
        audit(targets[0])  # loads the clients' models
        accounts = itertools.cycle(targets)
        best = 0.0
        for threads in THREADS:
            runs = [rate(audit, list(itertools.islice(accounts, wanted)), threads) for _ in range(RUNS)]
            best = max(best, statistics.median(runs))
            print(
                f"{threads:>3} threads  {statistics.median(runs):6.1f} pairs/s  (of {', '.join(f'{one:.1f}' for one in runs)})"
            )
        there.send(None)
        after = there.recv()
    total = made + started
    print(
        f"{ACCOUNTS:,} accounts: made in {made:.1f} s, started in {started:.1f} s, {memory:.0f} MB; {after:.0f} MB at the end"
    )
    print(f"bars: {PAIRS_A_SECOND:.0f} pairs/s, {START_SECONDS:.0f} s, {START_MEGABYTES:.0f} MB")
    if best < PAIRS_A_SECOND or total > START_SECONDS or memory > START_MEGABYTES:
        sys.exit("a bar was not cleared")


if __name__ == "__main__":
    main()
