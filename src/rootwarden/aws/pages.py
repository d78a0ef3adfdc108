"""Walking through AWS's pages, each of them a call that can fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rootwarden.aws.error_codes import aws_call


def pages(client: Any, method: str, operation: str, **arguments: Any) -> Iterator[Any]:
    """Every page of a paginated call. botocore's paginator is lazy, so each page gets its own guard; raises AwsError."""
    with aws_call(operation):
        found = iter(client.get_paginator(method).paginate(**arguments))
    while True:
        with aws_call(operation):
            page = next(found, None)
        if page is None:
            return
        yield page
