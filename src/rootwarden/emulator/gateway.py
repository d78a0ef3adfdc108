"""The way of every request: decode, authenticate, fail on demand, validate, authorize, answer."""

from __future__ import annotations

import logging
import uuid
from functools import partial

from rootwarden.emulator import encoding, foreign
from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.authentication import authenticate, no_signature
from rootwarden.emulator.authorization import authorize
from rootwarden.emulator.bucket_requests import check_bucket_request
from rootwarden.emulator.call import Call
from rootwarden.emulator.faults import strike
from rootwarden.emulator.forwarding import Moto
from rootwarden.emulator.happenings import Called
from rootwarden.emulator.http_message import ConnectionLost, HttpRequest, HttpResponse
from rootwarden.emulator.root_keys import note_use
from rootwarden.emulator.service_models import Asked, asked, parameters, protocol_of, service_model
from rootwarden.emulator.services.catalog import HANDLERS, OWN_SERVICES, find
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.signature import Signature, read_signature
from rootwarden.emulator.stack_refusals import stack_refused
from rootwarden.emulator.validation import validate
from rootwarden.emulator.world import World

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())

_PLAIN_PROTOCOLS = ("query", "json", "ec2")


class Gateway:
    """Answers HTTP requests from the state of one emulated AWS. Safe for threads."""

    def __init__(self, world: World, moto: Moto) -> None:
        self._world = world
        self._moto = moto

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to a request, whatever the request is."""
        request_id = str(uuid.uuid4())
        protocol, namespace = _guess(request), ""
        try:
            signature = read_signature(request)
            model = service_model(signature.service) if signature else None
            if model is not None:
                protocol = protocol_of(model, request)
                namespace = model.metadata.get("xmlNamespace", "")
            return self._answer(request, request_id, signature, asked(model, request) if model else None)
        except ConnectionLost:
            raise
        except AwsAnswer as refused:
            return encoding.error(refused, protocol, request_id, namespace)
        except Exception as error:  # a bug of ours or moto's must not end the connection without an answer
            logger.exception("%s %s", request.method, request.path)
            text = f"The emulator could not answer: {type(error).__name__}."
            return encoding.error(AwsAnswer("InternalFailure", text, 500), protocol, request_id, namespace)

    def _answer(
        self, request: HttpRequest, request_id: str, signature: Signature | None, wanted: Asked | None
    ) -> HttpResponse:
        if signature is None or wanted is None:
            raise no_signature(_guess(request))
        is_read = wanted.protocol in _PLAIN_PROTOCOLS or (wanted.service, wanted.operation) in HANDLERS
        params = parameters(wanted, request) if is_read else wanted.labels
        with self._world.lock:
            credential = authenticate(self._world, request, signature, wanted.protocol, wanted.operation)
            call = Call(
                service=wanted.service,
                operation=wanted.operation,
                params=params,
                caller=credential.principal,
                access_key_id=credential.access_key_id,
                region=signature.region,
                protocol=wanted.protocol,
                host=request.host,
                request_id=request_id,
                source_address=request.source_address,
            )
            note_use(self._world, credential, call)
            struck = strike(self._world, call)
        self._world.pauses.take(struck.before)
        if struck.lost_before:
            raise ConnectionLost
        try:
            return self._done(call, request, wanted, struck.refusal)
        finally:
            self._world.pauses.take(struck.after)
            if struck.lost_after:
                raise ConnectionLost

    def _done(
        self, call: Call, request: HttpRequest, wanted: Asked, refusal: AwsAnswer | None
    ) -> HttpResponse:
        agent = request.headers.get("user-agent", "")
        with self._world.lock:
            now = self._world.clock.now()
            called = partial(Called, call, now, user_agent=agent, model=wanted.model, request=request)
            if call.service == "s3":  # log files are written when somebody may look at them
                self._world.cloudtrail.delivery.deliver()
            try:
                if refusal is not None:
                    raise refusal
                check_bucket_request(call, request, self._world.organization.partition)
                served = find(call)
                if served is None:
                    answer = self._forwarded(call, request, wanted)
                    self._world.happened(called(None, status=answer.status, answer=answer))
                    return answer
                output = self._served(served, call, wanted)
            except AwsAnswer as refused:
                self._world.happened(called(None, refusal=refused))
                raise
            self._world.happened(called(output))
        return encoding.result(wanted, output, call.request_id)

    def _served(self, served: Served, call: Call, wanted: Asked) -> dict[str, object]:
        validate(wanted, call.params)
        if served.check is not None:
            served.check(self._world, call)
        if not served.open_to_all:
            extra = served.keys(self._world, call) if served.keys else {}
            resource = served.resource(self._world, call)
            authorize(self._world, call, foreign.action(call), resource, extra, bare=served.bare_denial)
        return dict(served.handler(self._world, call))

    def _forwarded(self, call: Call, request: HttpRequest, wanted: Asked) -> HttpResponse:
        if call.service in OWN_SERVICES:
            raise AwsAnswer("InvalidAction", f"The emulator has no {call.service}:{call.operation}.")
        partition = self._world.organization.partition
        action, resource = foreign.action(call), foreign.resource(call, partition)
        authorize(self._world, call, action, resource, {})
        if call.service == "cloudformation" and stack_refused(self._world, call):
            return encoding.result(wanted, {}, call.request_id)
        # moto gives every account queues of its own; another account's, where it is open, is that account's to answer.
        account = resource.split(":")[4] if call.service == "sqs" else None
        return self._moto.answer(call, request, account)


def _guess(request: HttpRequest) -> str:
    """The form of an answer to a request of which more is not known."""
    is_json = "x-amz-target" in request.headers or "json" in request.headers.get("content-type", "")
    return "json" if is_json else "query"
