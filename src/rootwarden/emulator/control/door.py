"""The control endpoint: the verbs over HTTP, for whoever started the emulator and for nobody else.

A web page open in a browser on this machine can send requests to any loopback port, so four things keep it out: the
token, which it cannot know; a content type that needs permission across origins; no Origin and no fetch metadata; and a
Host header that names the loopback address, against names that resolve to it.
"""

from __future__ import annotations

import hmac
import inspect
import json
import typing
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from rootwarden.emulator.control.refusal import ControlRefused, invalid, unknown
from rootwarden.emulator.control.verbs import VERBS, Control
from rootwarden.emulator.control.views import as_json
from rootwarden.emulator.http_message import HttpRequest, HttpResponse
from rootwarden.emulator.reading import NotJson, parse_json, problem_lines

PREFIX: Final = "/_rootwarden/"
CONTROL_PATH: Final = f"{PREFIX}control/"
TOKEN_HEADER: Final = "X-Rootwarden-Control-Token"  # noqa: S105 - the name of a header
LARGEST_REQUEST: Final = 1_000_000
"""Bytes."""

_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_BROWSERS_ONLY: Final = ("origin", "sec-fetch-site", "sec-fetch-mode", "referer")


class ControlDoor:
    """Answers requests below ``/_rootwarden/``."""

    def __init__(self, control: Control, token: str) -> None:
        self._control = control
        self._token = token

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The verb's answer, or why there is none; both as JSON."""
        try:
            self._admit(request)
            verb = request.path.removeprefix(CONTROL_PATH)
            if verb not in VERBS:
                raise unknown("verb", verb[:100], VERBS)
            answer = getattr(self._control, verb)(**_arguments(verb, request.body))
        except ControlRefused as refused:
            found = {"code": refused.code, "message": refused.message}
            return _json(refused.http_status, found | ({"advice": refused.advice} if refused.advice else {}))
        return _json(200, as_json(answer))

    def _admit(self, request: HttpRequest) -> None:
        host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
        if host.lower() not in _HOSTS:
            raise _forbidden("WrongHost", f"the control endpoint is called 127.0.0.1, not {host[:100]!r}")
        if any(name in request.headers for name in _BROWSERS_ONLY):
            raise _forbidden("FromBrowser", "the control endpoint does not answer web pages")
        if not request.path.startswith(CONTROL_PATH):
            text = f"the control endpoint is below {CONTROL_PATH}"
            raise ControlRefused("UnknownPath", text, http_status=404)
        if request.method != "POST":
            text = f"the control endpoint takes POST, not {request.method[:20]}"
            raise ControlRefused("WrongMethod", text, http_status=405)
        given = request.headers.get(TOKEN_HEADER.lower(), "")
        if not hmac.compare_digest(given.encode(errors="replace"), self._token.encode()):
            raise ControlRefused(
                "WrongToken" if given else "NoToken",
                f"the header {TOKEN_HEADER} has to carry the token of this emulator",
                http_status=403,
                advice="Whoever started the emulator has it: it is in the start document (-o json).",
            )
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            text = "the Content-Type has to be application/json"
            raise ControlRefused("WrongContentType", text, http_status=415)
        if len(request.body) > LARGEST_REQUEST:
            text = f"a control request has at most {LARGEST_REQUEST:,} bytes, this has {len(request.body):,}"
            raise ControlRefused("TooLarge", text, http_status=413)


def _forbidden(code: str, text: str) -> ControlRefused:
    return ControlRefused(code, text, http_status=403)


def _arguments(verb: str, body: bytes) -> dict[str, Any]:
    """The arguments of a verb, checked against its signature. An empty body stands for no arguments."""
    try:
        text = body.decode() or "{}"
        document = parse_json(text)
    except UnicodeDecodeError as error:
        raise ControlRefused("InvalidJson", "the body is not UTF-8", http_status=400) from error
    except NotJson as error:
        raise ControlRefused("InvalidJson", f"the body: {error}", http_status=400) from error
    if not isinstance(document, dict):
        raise ControlRefused("InvalidJson", "the body has to be a JSON object", http_status=400)
    model = arguments_model(verb)
    try:
        given = model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise invalid(problem_lines(error, document, model)) from error
    return {name: getattr(given, name) for name in given.model_fields_set}


@cache
def arguments_model(verb: str) -> type[BaseModel]:
    """The model of a verb's arguments, made from its signature."""
    method = getattr(Control, verb)
    kinds = typing.get_type_hints(method)
    fields: dict[str, Any] = {
        name: (kinds[name], ... if one.default is inspect.Parameter.empty else one.default)
        for name, one in inspect.signature(method).parameters.items()
        if name != "self"
    }
    return create_model(verb, __config__=ConfigDict(extra="forbid"), **fields)


def _json(status: int, content: Any) -> HttpResponse:
    headers = (
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    )
    return HttpResponse(status, headers, json.dumps(content).encode())
