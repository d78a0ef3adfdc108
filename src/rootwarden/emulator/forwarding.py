"""moto answers what is not ours: S3, SQS, users and roles of IAM, KMS ..."""

from __future__ import annotations

from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3 import s3_backends
from werkzeug.test import run_wsgi_app

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.http_message import HttpRequest, HttpResponse
from rootwarden.emulator.managed_policies import make_known
from rootwarden.emulator.residents import iam_of, let_policies_name_root_users
from rootwarden.emulator.stack_resources import let_stacks_change_iam
from rootwarden.emulator.world import World
from rootwarden.emulator.wsgi import environment

_NOT_PASSED_ON = ("connection", "content-length", "date", "server", "transfer-encoding")


class Moto:
    """moto's own application. It is not safe for threads, and its state belongs to the process: one at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        let_policies_name_root_users()
        let_stacks_change_iam()
        self._app: Any = DomainDispatcherApplication(create_backend_app)

    def answer(self, call: Call, request: HttpRequest, account: str | None = None) -> HttpResponse:
        """Lets moto answer for an account, the caller's unless one is given. The caller holds the world's lock.

        Raises AwsAnswer for an operation that moto has not.
        """
        whose = account or call.caller.account
        if call.service == "cloudformation" or self._world.stack_sets.by_name:
            _ready_for_stacks()
        self._world.stack_sets.realise(whose, None if call.service == "iam" else call.region)
        if call.service == "iam":
            self._settle(call, whose)
        # Without the account moto would look for the key in every account; without the Region in the user agent it
        # takes the signature's.
        environ = environment(request, {"x-moto-account-id": whose})
        environ.pop("HTTP_USER_AGENT", None)
        try:
            body, status, headers = run_wsgi_app(self._app, environ, buffered=True)
        except NotImplementedError as error:
            raise _unknown(call) from error
        content = b"".join(body)
        if status.startswith("404") and content.startswith(
            b"<!doctype html"
        ):  # flask's page: moto has no such path
            raise _unknown(call)
        passed = tuple((k, v) for k, v in headers.items() if k.lower() not in _NOT_PASSED_ON)
        if request.method == "HEAD":  # says how long the body would have been
            passed += tuple((k, v) for k, v in headers.items() if k.lower() == "content-length")
        return HttpResponse(int(status.split()[0]), passed, content)

    def _settle(self, call: Call, account: str) -> None:
        """Lets moto know the users and roles of the account, and the policy of AWS's that the call names."""
        backend = iam_of(self._world, account)
        for name in ("PolicyArn", "PermissionsBoundary"):
            make_known(backend, str(call.params.get(name, "")), self._world.organization.partition)

    def forget(self) -> None:
        """Empties moto: the next emulator of this process starts with nothing."""
        BackendDict.reset()
        reset_model_data()


def _ready_for_stacks() -> None:
    from rootwarden.emulator.stack_alerts import let_stacks_make_alerts  # noqa: PLC0415 - loads thirty megabytes

    let_stacks_make_alerts()


def _unknown(call: Call) -> AwsAnswer:
    return AwsAnswer("InvalidAction", f"Neither the emulator nor moto has {call.service}:{call.operation}.")


def bucket_owner(bucket: str, partition: str) -> str | None:
    """The account a bucket belongs to, or None where there is no such bucket. The caller holds the world's lock."""
    found, account = s3_backends.bucket_accounts.get(bucket, (None, None))
    return account if found == partition else None
