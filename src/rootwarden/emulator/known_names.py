"""Names in an organization file that AWS has to know: service principals, and operations that are to fail."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.emulator.trusted_services import TRUSTED_SERVICES


def unknown_names(file: OrganizationFile) -> list[str]:
    """A line for every service principal and operation that AWS does not know, with near matches."""
    return [*_unknown_services(file), *_unknown_operations(file)]


def _unknown_services(file: OrganizationFile) -> Iterator[str]:
    named = [(f"trusted_services[{n}]", one) for n, one in enumerate(file.trusted_services)]
    for account, services in file.delegated_administrators.items():
        named += [(f"delegated_administrators.{account}[{n}]", one) for n, one in enumerate(services)]
    for place, service in named:
        if service not in TRUSTED_SERVICES:
            yield f"{place}: AWS Organizations trusts no service {service!r}{did_you_mean(service, TRUSTED_SERVICES)}"


def _unknown_operations(file: OrganizationFile) -> Iterator[str]:
    for n, fault in enumerate(file.faults):
        problem = unknown_operation(fault.operation)
        if problem:
            yield f"faults[{n}].operation: {problem}"


def unknown_operation(named: str) -> str:
    """What is wrong with the operation of a fault, with near matches; nothing where AWS has it."""
    service, _, operation = named.partition(":")
    if service == "*":
        return ""
    loader = Loader()
    try:
        operations = loader.load_service_model(service, "service-2")["operations"]
    except UnknownServiceError:
        known = loader.list_available_services("service-2")
        return f"AWS has no service {service!r}{did_you_mean(service, known)}"
    if operation == "*" or operation in operations:
        return ""
    return f"{service} has no operation {operation!r}{did_you_mean(operation, operations)}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean …?``, or nothing where no known name is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
