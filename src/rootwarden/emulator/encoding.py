"""An answer in the form of the service's protocol."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from moto.core.serialize import SerializationContext, get_serializer_class

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.http_message import HttpResponse
from rootwarden.emulator.service_models import Asked

SERVER_ERROR = 500


def result(asked: Asked, output: Mapping[str, Any], request_id: str) -> HttpResponse:
    """The response to a call that went well."""
    serializer = get_serializer_class(asked.service, asked.protocol)
    answer = serializer(asked.model, context=SerializationContext(request_id)).serialize(dict(output))
    body = answer["body"]
    return HttpResponse(
        answer["status_code"],
        (*answer["headers"].items(), *_request_ids(asked.protocol, request_id)),
        body if isinstance(body, bytes) else str(body).encode(),
    )


def error(answer: AwsAnswer, protocol: str, request_id: str, namespace: str = "") -> HttpResponse:
    """The response to a call that AWS refuses."""
    if "json" in protocol or "cbor" in protocol:
        return _json_error(answer, request_id)
    if protocol == "rest-xml":
        headers = (("Content-Type", "application/xml"), *_request_ids(protocol, request_id))
        return _xml(answer, _s3_error(answer, request_id), headers)
    headers = (("Content-Type", "text/xml"), *_request_ids(protocol, request_id))
    return _xml(answer, _query_error(answer, request_id, namespace), headers)


def _json_error(answer: AwsAnswer, request_id: str) -> HttpResponse:
    body = {"__type": answer.code, "message": answer.message, "Message": answer.message, **answer.extra}
    headers = (
        ("Content-Type", "application/x-amz-json-1.1"),
        ("x-amzn-ErrorType", answer.code),
        *_request_ids("json", request_id),
        *answer.headers.items(),
    )
    return HttpResponse(answer.http_status, headers, json.dumps(body).encode())


def _s3_error(answer: AwsAnswer, request_id: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f"<Error>{_elements({'Code': answer.code, 'Message': answer.message, **answer.extra})}"
        f"<RequestId>{request_id}</RequestId><HostId>emulated/{request_id}</HostId></Error>"
    )


def _query_error(answer: AwsAnswer, request_id: str, namespace: str) -> str:
    fault = "Receiver" if answer.http_status >= SERVER_ERROR else "Sender"
    details = {"Type": fault, "Code": answer.code, "Message": answer.message, **answer.extra}
    xmlns = f' xmlns="{escape(namespace)}"' if namespace else ""
    return (
        f"<ErrorResponse{xmlns}><Error>{_elements(details)}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )


def _elements(values: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{_text(value)}</{name}>" for name, value in values.items())


def _text(value: str) -> str:
    # XML has no control characters, not even as references; AWS shows them as a question mark.
    return escape("".join(c if c >= " " or c in "\t\n\r" else "?" for c in value))


def _xml(answer: AwsAnswer, text: str, headers: tuple[tuple[str, str], ...]) -> HttpResponse:
    return HttpResponse(
        answer.http_status, (*headers, *answer.headers.items()), text.encode(errors="replace")
    )


def _request_ids(protocol: str, request_id: str) -> tuple[tuple[str, str], ...]:
    """S3 has its own name for the request's id, and a second one for the host."""
    if protocol == "rest-xml":
        return ("x-amz-request-id", request_id), ("x-amz-id-2", f"emulated/{request_id}")
    return (("x-amzn-RequestId", request_id),)
