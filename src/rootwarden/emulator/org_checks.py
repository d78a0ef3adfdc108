"""What an organization file can get wrong beyond the form of its fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rootwarden.emulator.known_regions import FROM_THE_BEGINNING, OPT_IN
from rootwarden.emulator.managed_policies import managed_document
from rootwarden.emulator.resource_checks import resource_faults
from rootwarden.emulator.roles import trust_policy
from rootwarden.policy import MalformedPolicy, parse_policy
from rootwarden.policy.document import Effect

if TYPE_CHECKING:
    from rootwarden.emulator.org_file import AccountSpec, FaultSpec, OrganizationFile, OuSpec, PrincipalSpec

MOST_SCPS = 10
"""Per root, OU or account, FullAWSAccess included (AWS Organizations User Guide, "Quotas")."""
DEEPEST_OU = 5
"""Levels of OUs below the root (the same page)."""
LONGEST_SCP = 10_240
"""Characters (the same page)."""
MOST_RCPS = 5
"""Per root, OU or account, RCPFullAWSAccess included (the same page)."""
LONGEST_RCP = 5_120
"""Characters (the same page)."""
_SLOW = ("latency", "stall")
_EARLIEST = datetime(2006, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where in the document, and what is wrong there."""

    path: str
    text: str


def inconsistencies(file: OrganizationFile) -> list[Problem]:
    """Everything in a well-formed file that does not fit together."""
    return [problem for check in _CHECKS for problem in check(file)]


def fault_problems(fault: FaultSpec) -> list[Problem]:
    """What is missing from a fault of its kind, or has no place in it. The paths start at the fault."""
    return [*_missing(fault), *_misplaced(fault)]


def _missing(fault: FaultSpec) -> Iterator[Problem]:
    if fault.kind == "throttle" and fault.rate is None:
        yield Problem("rate", "a throttle needs one")
    if fault.kind in _SLOW and fault.delay is None:
        yield Problem("delay", f"a {fault.kind} needs one")
    if fault.delay is not None:
        least, most = fault.delay.seconds, fault.delay.at_most
        if fault.delay.distribution == "uniform" and most is None:
            yield Problem("delay.at_most", "a uniform delay needs it")
        if most is not None and most < least:
            yield Problem("delay.at_most", f"it is below seconds, {least:g}")
        if most is not None and fault.delay.distribution == "fixed":
            yield Problem("delay.at_most", "a fixed delay has none")


def _misplaced(fault: FaultSpec) -> Iterator[Problem]:
    if fault.rate is not None and fault.kind != "throttle":
        yield Problem("rate", f"only a throttle has one, this is {fault.kind}")
    if fault.delay is not None and fault.kind not in _SLOW:
        yield Problem("delay", f"only latency and stall have one, this is {fault.kind}")
    if fault.kind not in ("error", "throttle"):
        for name in ("code", "message", "http_status"):
            if getattr(fault, name) is not None:
                yield Problem(name, f"only error and throttle have one, this is {fault.kind}")


def _accounts(file: OrganizationFile) -> Iterator[tuple[str, AccountSpec]]:
    yield "management_account", file.management_account
    yield from ((f"accounts[{n}]", account) for n, account in enumerate(file.accounts))
    yield from ((f"standalone_accounts[{n}]", account) for n, account in enumerate(file.standalone_accounts))


def _doubles(file: OrganizationFile) -> Iterator[Problem]:
    yield from _twice((f"{path}.id", account.id) for path, account in _accounts(file))
    yield from _twice((f"{path}.email", account.email) for path, account in _accounts(file) if account.email)
    yield from _twice(
        (f"organizational_units[{n}].path", ou.path) for n, ou in enumerate(file.organizational_units)
    )
    yield from _twice((f"principals[{n}].name", (p.account, p.name)) for n, p in enumerate(file.principals))
    yield from _twice((f"trails[{n}].name", (t.account, t.name)) for n, t in enumerate(file.trails))
    keys = (
        (f"{path}.root.access_keys[{n}].id", key.id)
        for path, account in _accounts(file)
        for n, key in enumerate(account.root.access_keys)
    )
    yield from _twice((where, key_id) for where, key_id in keys if key_id)
    for path, account in _accounts(file):
        devices = enumerate(account.root.mfa_devices)
        yield from _twice(
            (f"{path}.root.mfa_devices[{n}].serial", one.serial) for n, one in devices if one.serial
        )
        certificates = enumerate(account.root.signing_certificates)
        yield from _twice(
            (f"{path}.root.signing_certificates[{n}].id", one.id) for n, one in certificates if one.id
        )


def _twice(named: Iterable[tuple[str, Hashable]]) -> Iterator[Problem]:
    listed = list(named)
    counts = Counter(value for _, value in listed)
    for path, value in listed:
        if counts[value] > 1:
            shown = " in account ".join(reversed(value)) if isinstance(value, tuple) else value
            yield Problem(path, f"{shown} is there {counts[value]} times")


def _known_accounts(file: OrganizationFile) -> Iterator[Problem]:
    members = {account.id for account in file.accounts}
    organization = members | {file.management_account.id}
    everybody = organization | {account.id for account in file.standalone_accounts}
    lacks = "the organization has no account {}"
    if file.security_account is not None and file.security_account not in organization:
        yield Problem("security_account", lacks.format(file.security_account))
    for account in file.delegated_administrators:
        if account not in members:
            text = (
                lacks.format(account)
                if account not in organization
                else "the management account cannot be one"
            )
            yield Problem(f"delegated_administrators.{account}", text)
    for n, principal in enumerate(file.principals):
        if principal.account not in everybody:
            yield Problem(f"principals[{n}].account", f"there is no account {principal.account}")
    for n, fault in enumerate(file.faults):
        if fault.account is not None and fault.account not in everybody:
            yield Problem(f"faults[{n}].account", f"there is no account {fault.account}")


def _trails(file: OrganizationFile) -> Iterator[Problem]:
    everybody = {account.id for _, account in _accounts(file)}
    for n, trail in enumerate(file.trails):
        if trail.account not in everybody:
            yield Problem(f"trails[{n}].account", f"there is no account {trail.account}")
        elif trail.organization and trail.account != file.management_account.id:
            text = f"an organization trail belongs to the management account, {file.management_account.id}"
            yield Problem(f"trails[{n}].account", text)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the two types of policies that are attached to the organization's tree."""

    name: str
    field: str
    full: str
    most: int
    longest: int


_SCP = _Kind("SCP", "scps", "FullAWSAccess", MOST_SCPS, LONGEST_SCP)
_RCP = _Kind("RCP", "rcps", "RCPFullAWSAccess", MOST_RCPS, LONGEST_RCP)


def _organization_policies(file: OrganizationFile) -> Iterator[Problem]:
    for kind, documents in ((_SCP, file.scps), (_RCP, file.rcps)):
        for path, names, beside_full in _attached(file, kind):
            for n, name in enumerate(names):
                if name not in documents:
                    yield Problem(f"{path}[{n}]", f"{kind.name} {name!r} is not defined under {kind.field}")
            yield from _twice((f"{path}[{n}]", name) for n, name in enumerate(names))
            if len(names) + beside_full > kind.most:
                text = f"at most {kind.most - 1} fit beside {kind.full}, these are {len(names)}"
                yield Problem(
                    path, text if beside_full else f"at most {kind.most} fit, these are {len(names)}"
                )
            if not names and not beside_full and not path.startswith("standalone"):
                yield Problem(
                    path, f"AWS keeps at least one {kind.name} attached: name one, or leave {kind.full}"
                )
        for name, document in documents.items():
            yield from _document(f"{kind.field}.{name}", name, document, kind)


def _attached(file: OrganizationFile, kind: _Kind) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """What is attached where, and whether AWS's full-access policy is beside it."""
    yield f"root_{kind.field}", file.root_scps if kind is _SCP else file.root_rcps, True
    holders: list[tuple[str, OuSpec | AccountSpec]] = [
        (f"organizational_units[{n}]", ou) for n, ou in enumerate(file.organizational_units)
    ]
    for path, holder in [*holders, *_accounts(file)]:
        beside_full = kind is _RCP or holder.full_access
        yield f"{path}.{kind.field}", holder.scps if kind is _SCP else holder.rcps, beside_full


def _document(path: str, name: str, document: Mapping[str, object], kind: _Kind) -> Iterator[Problem]:
    try:
        parsed = parse_policy(document, name=name)
    except MalformedPolicy as e:
        yield Problem(path, str(e))
        return
    if name == kind.full:
        yield Problem(path, "AWS's own policy of this name is there already")
    length = len(parsed.source)
    if length > kind.longest:
        yield Problem(path, f"an {kind.name} has at most {kind.longest} characters, this has {length}")
    if kind is _RCP and any(one.effect is Effect.ALLOW for one in parsed.statements):
        yield Problem(path, "an RCP of one's own has Deny statements only")


def _identity_policies(file: OrganizationFile) -> Iterator[Problem]:
    for n, principal in enumerate(file.principals):
        for m, document in enumerate(principal.policies):
            try:
                parse_policy(document, name=principal.name)
            except MalformedPolicy as e:
                yield Problem(f"principals[{n}].policies[{m}]", str(e))
        for m, name in enumerate(principal.managed_policies):
            if managed_document(name) is None:
                yield Problem(f"principals[{n}].managed_policies[{m}]", f"AWS has no managed policy {name}")
        if principal.boundary is not None:
            try:
                parse_policy(principal.boundary, name=f"{principal.name}-boundary")
            except MalformedPolicy as e:
                yield Problem(f"principals[{n}].boundary", str(e))
        if principal.trust is not None:
            yield from (Problem(f"principals[{n}].trust", text) for text in _trust_faults(principal))


def _trust_faults(principal: PrincipalSpec) -> Iterator[str]:
    if principal.kind == "user":
        yield "only a role has one, this is a user"
        return
    try:
        parsed = trust_policy(principal.trust or {}, name=principal.name)
    except MalformedPolicy as e:
        yield str(e)
        return
    if any(one.principal is None for one in parsed.statements):
        yield "every statement of a trust policy has a Principal"


def _tree(file: OrganizationFile) -> Iterator[Problem]:
    management = file.management_account
    if management.state != "ACTIVE":
        yield Problem(
            "management_account.state", f"the management account is always ACTIVE, this is {management.state}"
        )
    if management.ou != "/":
        yield Problem("management_account.ou", "keep the management account under /")
    for n, account in enumerate(file.standalone_accounts):
        if account.ou != "/" or account.scps or account.rcps or not account.full_access:
            where = (
                "ou"
                if account.ou != "/"
                else "scps"
                if account.scps
                else "rcps"
                if account.rcps
                else "full_access"
            )
            yield Problem(f"standalone_accounts[{n}].{where}", "an account outside the organization has none")
    paths = [(f"organizational_units[{n}].path", ou.path) for n, ou in enumerate(file.organizational_units)]
    paths += [(f"{path}.ou", account.ou) for path, account in _accounts(file)]
    for path, ou in paths:
        if ou.count("/") > DEEPEST_OU:
            yield Problem(path, f"OUs nest at most {DEEPEST_OU} deep, {ou} is {ou.count('/')}")
        if any(len(name) > 128 for name in ou.split("/")):  # noqa: PLR2004 - AWS's limit for an OU's name
            yield Problem(path, "an OU's name has at most 128 characters")
    for n, ou_spec in enumerate(file.organizational_units):
        if ou_spec.path == "/":
            yield Problem(
                f"organizational_units[{n}].path", "/ is the organization's root; its SCPs go to root_scps"
            )


def _times(file: OrganizationFile) -> Iterator[Problem]:
    if file.now is not None and not _EARLIEST <= file.now <= _LATEST:
        yield Problem(
            "now", f"the clock starts between {_EARLIEST.year} and {_LATEST.year}, not in {file.now.year}"
        )


def _resources(file: OrganizationFile) -> Iterator[Problem]:
    yield from (Problem(path, text) for path, text in resource_faults(file))


def _regions(file: OrganizationFile) -> Iterator[Problem]:
    known = FROM_THE_BEGINNING[file.partition] | OPT_IN.get(file.partition, frozenset())
    for n, region in enumerate(file.enabled_regions):
        if region not in known:
            yield Problem(f"enabled_regions[{n}]", f"partition {file.partition} has no Region {region}")


_CHECKS: tuple[Callable[[OrganizationFile], Iterator[Problem]], ...] = (
    _doubles,
    _known_accounts,
    _regions,
    _trails,
    _tree,
    _organization_policies,
    _identity_policies,
    _resources,
    _times,
)
