"""Filter patterns of CloudWatch Logs for JSON events, as far as filters on CloudTrail's records use them.

``{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }``
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer

Test = Callable[[Any], bool]

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<mark>&&|\|\||[(){}]|!=|=)|(?P<path>\$(?:\.[A-Za-z0-9_-]+)+)|"(?P<quoted>[^"]*)"|(?P<word>[^\s(){}&|=!"]+))"""
)
_NOTHING: Final = object()


def matcher(pattern: str) -> Test:
    """What tells whether a message matches; raises AwsAnswer for a pattern that is none, or is none of JSON."""
    if not pattern.strip().startswith("{"):
        terms = [one.strip('"') for one in re.findall(r'"[^"]*"|\S+', pattern)]
        return lambda message: all(term in message for term in terms)
    test = _Parser(pattern).whole()

    def matches(message: str) -> bool:
        try:
            event = json.loads(message)
        except ValueError:
            return False
        return test(event)

    return matches


class _Parser:
    """``&&`` binds closer than ``||``."""

    def __init__(self, pattern: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        text = pattern.strip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise _invalid()
            self._tokens.append((str(found.lastgroup), found.group(str(found.lastgroup))))
            at = found.end()

    def whole(self) -> Test:
        self._take("mark", "{")
        test = self._either()
        self._take("mark", "}")
        if self._tokens:
            raise _invalid()
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._next("||"):
            tests.append(self._both())
        return lambda event: any(test(event) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._next("&&"):
            tests.append(self._one())
        return lambda event: all(test(event) for test in tests)

    def _one(self) -> Test:
        if self._next("("):
            test = self._either()
            self._take("mark", ")")
            return test
        path = self._take("path").split(".")[1:]
        if self._next("="):
            wanted = self._value()
            return lambda event: _equals(_at(event, path), wanted)
        if self._next("!="):
            wanted = self._value()
            return lambda event: not _equals(_at(event, path), wanted)
        words = [self._take("word").upper()]
        if words[0] in {"NOT", "IS"}:
            words.append(self._take("word").upper())
        tests: dict[str, Test] = {
            "EXISTS": lambda event: _at(event, path) is not _NOTHING,
            "NOT EXISTS": lambda event: _at(event, path) is _NOTHING,
            "IS NULL": lambda event: _at(event, path) is None,
            "IS TRUE": lambda event: _at(event, path) is True,
            "IS FALSE": lambda event: _at(event, path) is False,
        }
        if " ".join(words) not in tests:
            raise _invalid()
        return tests[" ".join(words)]

    def _next(self, mark: str) -> bool:
        if self._tokens and self._tokens[0] == ("mark", mark):
            self._tokens.pop(0)
            return True
        return False

    def _take(self, kind: str, text: str | None = None) -> str:
        if not self._tokens or self._tokens[0][0] != kind or text not in (None, self._tokens[0][1]):
            raise _invalid()
        return self._tokens.pop(0)[1]

    def _value(self) -> str:
        if not self._tokens or self._tokens[0][0] not in {"quoted", "word"}:
            raise _invalid()
        return self._tokens.pop(0)[1]


def _at(event: Any, path: list[str]) -> Any:
    for name in path:
        if not isinstance(event, dict) or name not in event:
            return _NOTHING
        event = event[name]
    return event


def _equals(found: Any, wanted: str) -> bool:
    if found is _NOTHING or found is None or isinstance(found, (dict, list)):
        return False
    text = json.dumps(found) if isinstance(found, (bool, int, float)) else str(found)
    return fnmatch.fnmatchcase(text, re.sub(r"([\[\]?])", r"[\1]", wanted))


def _invalid() -> AwsAnswer:
    return AwsAnswer("InvalidParameterException", "Invalid metric filter pattern")
