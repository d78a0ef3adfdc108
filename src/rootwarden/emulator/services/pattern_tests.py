"""TestEventPattern and TestMetricFilter: whether a rule or a filter would notice an event.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.metric_filters import matcher
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World


def try_event_pattern(world: World, call: Call) -> Mapping[str, Any]:  # noqa: ARG001 - the shape of every handler
    """Whether the pattern matches the event, by the matcher that moto's rules use."""
    from moto.events.models import EventPattern  # noqa: PLC0415 - only this call needs it

    try:
        pattern = EventPattern.load(str(call.params["EventPattern"]))
        event = json.loads(str(call.params["Event"]))
    except Exception as error:
        text = "Event pattern is not valid. Reason: it cannot be read"
        raise AwsAnswer("InvalidEventPatternException", text) from error
    return {"Result": bool(pattern.matches_event(event))}


def try_metric_filter(world: World, call: Call) -> Mapping[str, Any]:  # noqa: ARG001 - the shape of every handler
    """The messages that match."""
    matches = matcher(str(call.params["filterPattern"]))
    found = [
        {"eventNumber": number, "eventMessage": message, "extractedValues": {}}
        for number, message in enumerate(call.params["logEventMessages"], start=1)
        if matches(message)
    ]
    return {"matches": found}


EVENTS: Final[dict[str, Served]] = {"TestEventPattern": Served(try_event_pattern)}
LOGS: Final[dict[str, Served]] = {"TestMetricFilter": Served(try_metric_filter)}
"""Handlers by operation."""
