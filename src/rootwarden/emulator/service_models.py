"""Which service and operation a request means, told by botocore's models through moto's parsers.

Importing this module costs half a second, so only a starting emulator does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.http_message import HttpRequest
from rootwarden.emulator.wsgi import as_moto_request

_UNREADABLE: Mapping[str, str] = {"json": "SerializationException", "rest-xml": "InvalidArgument"}
_FORM = "application/x-www-form-urlencoded"

# Signing names that differ from botocore's name of the service.
_BY_SIGNING_NAME: Mapping[str, str] = {
    "access-analyzer": "accessanalyzer",
    "monitoring": "cloudwatch",
    "email": "ses",
    "elasticloadbalancing": "elbv2",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
    "es": "opensearch",
    "elasticmapreduce": "emr",
    "sso": "sso-admin",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for."""

    service: str
    """botocore's name of the service."""
    operation: str
    protocol: str
    """``query``, ``json``, ``rest-xml`` ..."""
    model: Any
    """moto's model of the operation."""
    labels: Mapping[str, str]
    """What the path says, for the protocols that speak through it."""
    form: Mapping[str, str]
    """Fields of a query request, or what the address says after its question mark."""


def service_model(signing_name: str) -> Any:
    """The model of the service that signs under a name; raises AwsAnswer where botocore knows none."""
    name = _BY_SIGNING_NAME.get(signing_name, signing_name)
    try:
        return get_service_model(name)
    except (UnknownServiceError, ValueError) as error:  # ValueError: a name that is no file name
        raise AwsAnswer("InvalidAction", f"There is no service that signs as {signing_name!r}.") from error


def protocol_of(model: Any, request: HttpRequest) -> str:
    """The protocol a request speaks; some services take two."""
    supported = model.metadata.get("protocols", [model.protocol])
    if "x-amz-target" in request.headers:
        return "json"
    if request.headers.get("content-type", "").startswith(_FORM) and "query" in supported:
        return "query"
    return str(model.metadata.get("protocol", model.protocol))


def asked(model: Any, request: HttpRequest) -> Asked:
    """The operation a request means; raises AwsAnswer where there is none."""
    protocol = protocol_of(model, request)
    labels: Mapping[str, str] = {}
    form: Mapping[str, str] = {}
    if protocol in ("query", "ec2"):
        form = _form(request)
        operation = _rpc_operation(model, form.get("Action", ""), form.get("Version"))
    elif protocol == "json":
        operation = _rpc_operation(model, request.headers.get("x-amz-target", "").rpartition(".")[2], None)
    elif request.path.startswith("/service/"):  # Smithy RPC
        operation = _rpc_operation(model, request.path.rpartition("/")[2], None)
    else:
        try:
            operation, labels = get_service_router(model.service_name).match(as_moto_request(request))
        except (
            HTTPException,
            NotImplementedError,
        ) as error:  # the latter for a content type of another protocol
            raise AwsAnswer("UnknownOperationException", "No operation has this path.", 404) from error
        form = _pairs(request.query)
    return Asked(model.service_name, operation.name, protocol, operation, labels, form)


def _rpc_operation(model: Any, name: str, version: str | None) -> Any:
    try:
        return model.operation_model(name)
    except OperationNotFoundError as error:
        if model.protocol != "query":
            raise AwsAnswer("UnknownOperationException", "") from error
        if not name:
            raise AwsAnswer(
                "MissingAction", "The request is missing an action or a required parameter."
            ) from error
        text = f"Could not find operation {name} for version {version or 'NO_VERSION_SPECIFIED'}"
        raise AwsAnswer("InvalidAction", text) from error


def _form(request: HttpRequest) -> dict[str, str]:
    try:
        return _pairs("&".join(part for part in (request.query, request.body.decode()) if part))
    except UnicodeDecodeError as error:
        raise _not_a_query() from error


def _pairs(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=10_000))
    except ValueError as error:
        raise _not_a_query() from error


def _not_a_query() -> AwsAnswer:
    return AwsAnswer("MalformedQueryString", "The query string contains a syntax error.", 404)


def parameters(wanted: Asked, request: HttpRequest) -> Mapping[str, Any]:
    """The input members of an operation of a query or JSON service; raises AwsAnswer for a body that is not the model's."""
    if wanted.protocol == "json":
        _check_json(request.body)
    parser = PROTOCOL_PARSERS[wanted.protocol](wanted.model)
    try:
        parsed: Mapping[str, Any] = parser.parse(
            {
                "method": request.method,
                "values": wanted.form,
                "headers": request.headers,
                "body": request.body,
                "url_path": unquote_to_bytes(request.path).decode(errors="replace"),
                "url_params": wanted.labels,
            }
        )
    # The parsers convert value by value and raise whatever the conversion raises.
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError) as error:
        code = _UNREADABLE.get(wanted.protocol, "MalformedInput")
        raise AwsAnswer(code, "The request could not be read: a value has the wrong type.") from error
    return parsed


def _check_json(body: bytes) -> None:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise AwsAnswer("SerializationException", "The request body is not JSON.") from error
    if not isinstance(found, dict):
        raise AwsAnswer("SerializationException", "The request body is not a JSON object.")
