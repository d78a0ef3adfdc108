"""CloudTrail's LookupEvents: the caller's own account, one Region, ninety days.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.cloudtrail.event import Event
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World

_KEPT: Final = timedelta(days=90)
_MOST_RESULTS: Final = 50
_ATTRIBUTES: Final[Mapping[str, Callable[[Event], tuple[str, ...]]]] = {
    "EventId": lambda event: (event.id,),
    "EventName": lambda event: (event.name,),
    "ReadOnly": lambda event: (str(event.read_only).lower(),),
    "Username": lambda event: (event.username,),
    "ResourceType": lambda event: tuple(kind for kind, _ in event.resources),
    "ResourceName": lambda event: tuple(name for _, name in event.resources),
    "EventSource": lambda event: (event.source,),
    "AccessKeyId": lambda event: (event.access_key_id,),
}


def lookup_events(world: World, call: Call) -> Mapping[str, Any]:
    """Events of the caller's account in the Region called, newest first."""
    wanted = _attribute(call)
    most = call.params.get("MaxResults")
    most = _MOST_RESULTS if most is None else most
    if not 1 <= most <= _MOST_RESULTS:
        text = f"Specify a value between 1 and {_MOST_RESULTS} for the maximum number of results to return."
        raise AwsAnswer("InvalidMaxResultsException", text)
    if call.params.get("EventCategory") not in (None, "insight"):
        raise AwsAnswer("InvalidEventCategoryException", "The event category specified is not valid.")
    between, query = _range(world, call), _digest(call)
    page = list(islice(_matching(world, call, wanted, between, _below(call, query)), most + 1))
    answer: dict[str, Any] = {"Events": [_shown(event) for _, event in page[:most]]}
    if len(page) > most:
        answer["NextToken"] = base64.b64encode(f"{query}:{page[most - 1][0]}".encode()).decode()
    return answer


def _matching(
    world: World,
    call: Call,
    wanted: tuple[str, str] | None,
    between: tuple[datetime, datetime],
    below: int | None,
) -> Iterator[tuple[int, Event]]:
    if call.params.get("EventCategory") == "insight":  # there is no Insights here
        return
    history, (earliest, latest) = world.cloudtrail.history, between
    for number, event in history.newest_first(call.caller.account, call.region, below=below):
        if not earliest <= event.when.replace(microsecond=0) <= latest:
            continue
        if wanted is None or wanted[1] in _ATTRIBUTES[wanted[0]](event):
            yield number, event


def _range(world: World, call: Call) -> tuple[datetime, datetime]:
    """The times asked for, as far as events are kept and show already."""
    start, end = _time(call, "StartTime"), _time(call, "EndTime")
    if start is not None and end is not None and start > end:
        text = "Start time cannot be after end time. Specify a start time that is before the end time."
        raise AwsAnswer("InvalidTimeRangeException", text)
    now = world.clock.now()
    shown = now - timedelta(seconds=world.cloudtrail.options.lookup_delay_seconds)
    kept = now - _KEPT
    return (kept if start is None else max(start, kept), shown if end is None else min(end, shown))


def _attribute(call: Call) -> tuple[str, str] | None:
    given = call.params.get("LookupAttributes") or ()
    if len(given) > 1:
        text = "You can specify only one lookup attribute per request."
        raise AwsAnswer("InvalidLookupAttributesException", text)
    for one in given:
        key, value = one.get("AttributeKey"), one.get("AttributeValue")
        if key not in _ATTRIBUTES or not value:
            text = f"The lookup attribute {key} is not valid. Valid are {', '.join(_ATTRIBUTES)}."
            raise AwsAnswer("InvalidLookupAttributesException", text)
        return key, value
    return None


def _time(call: Call, name: str) -> datetime | None:
    given = call.params.get(name)
    if given is None:
        return None
    if isinstance(given, datetime):
        return given.replace(tzinfo=given.tzinfo or UTC).astimezone(UTC)
    try:
        return datetime.fromtimestamp(float(given), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise AwsAnswer("InvalidTimeRangeException", "The time range is not valid.") from error


def _digest(call: Call) -> str:
    """What a token belongs to: account, Region and every other parameter."""
    asked = {name: value for name, value in call.params.items() if name not in ("NextToken", "MaxResults")}
    text = json.dumps([call.caller.account, call.region, asked], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _below(call: Call, query: str) -> int | None:
    """Where the page begins; a token goes with the parameters it was given out for."""
    token = call.params.get("NextToken")
    if token is None:
        return None
    try:
        given, _, number = base64.b64decode(token, validate=True).decode("ascii").partition(":")
        if given == query:
            return int(number)
    except (binascii.Error, ValueError):
        pass  # what follows is the answer to every token that is not ours
    text = "A token that is not valid, or that was previously used in a request with different parameters."
    raise AwsAnswer("InvalidNextTokenException", text)


def _shown(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = {
        "EventId": event.id,
        "EventName": event.name,
        "ReadOnly": str(event.read_only).lower(),
        "EventTime": event.when.replace(microsecond=0),
        "EventSource": event.source,
        "Username": event.username,
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in event.resources],
        "CloudTrailEvent": event.text,
    }
    return found | ({"AccessKeyId": event.access_key_id} if event.access_key_id else {})


LOOKUP: Final[dict[str, Served]] = {"LookupEvents": Served(lookup_events)}
"""Handlers by operation."""
