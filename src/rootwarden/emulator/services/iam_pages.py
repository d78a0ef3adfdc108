"""IAM's lists come in pages.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call

_MARK = "after:"
_PAGE = 100
"""IAM's page where the caller does not say."""


class _Item(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T", bound=_Item)


def page(
    call: Call, name: str, items: Sequence[_T], show: Callable[[_T], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """One page, in the order of the ids: what is deleted between two pages makes none of the others disappear."""
    marker = call.params.get("Marker")
    after = _after(marker) if marker is not None else ""
    left = sorted((item for item in items if item.id > after), key=lambda item: item.id)
    shown = left[: call.params.get("MaxItems") or _PAGE]
    found: dict[str, Any] = {name: [show(item) for item in shown], "IsTruncated": len(shown) < len(left)}
    if len(shown) < len(left):
        found["Marker"] = base64.urlsafe_b64encode(f"{_MARK}{shown[-1].id}".encode()).decode()
    return found


def _after(marker: str) -> str:
    try:
        mark, found, item = base64.urlsafe_b64decode(marker).decode().partition(_MARK)
    except ValueError:
        mark, found, item = marker, "", ""
    if mark or not found:  # AWS's own text is not known
        raise AwsAnswer("ValidationError", "Invalid Marker.")
    return item
