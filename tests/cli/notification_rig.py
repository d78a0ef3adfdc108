"""Somebody to be told: a topic of the emulator with a queue behind it, and a webhook on this machine."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import boto3
from product_rig import SECURITY, SHOP, Rig

from rootwarden.app.context import App, Choices, build_app
from rootwarden.app.notify import notify
from rootwarden.model.ids import AccountId
from rootwarden.model.notification import Delivery, Notification, NotificationKind
from rootwarden.model.purpose import PurposeName

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
UNTIL = datetime(2026, 3, 1, 13, 30, tzinfo=UTC)
SECRET_PATH = "/services/T0WEB/HOOKSECRET"


def message(kind: NotificationKind = NotificationKind.OPENED, **fields: Any) -> Notification:
    """A message with everything in it."""
    complete: dict[str, Any] = {
        "organization_id": "o-emulated00",
        "endpoint": "aws",
        "account": AccountId(SHOP),
        "at": AT,
        "account_name": "Shop",
        "exception_id": "x-0123456789",
        "task": "restore-iam-permissions",
        "owner": "Shop team",
        "by": f"arn:aws:iam::{SECURITY}:role/Admin",
        "until": UNTIL,
        "reason": "locked out",
        "ticket": "T-1",
    }
    return Notification(kind=kind, **{**complete, **fields})


def tell(app: App, notification: Notification) -> tuple[Delivery, ...]:
    """Tells it as the delegated administrator, with the ledger of the test."""
    clients = app.caller(PurposeName.DELEGATE)
    recorder = app.recorder(clients, notification.organization_id)
    return notify(app, clients, recorder, notification)


def configured(rig: Rig, text: str) -> App:
    """An app of the security account whose configuration has this section of notifications."""
    path: Path = rig.folder / "conf.toml"
    path.write_text(f"[notifications]\n{text}", encoding="utf-8")
    path.chmod(0o600)
    return build_app(Choices(profile=f"emulator-{SECURITY}", config=path))


def client(
    rig: Rig, service: str, profile: str = f"emulator-{SECURITY}", *, region: str = "us-east-1"
) -> Any:
    """A boto3 client of the emulator; the security account's unless another profile is named."""
    keys = rig.emulator.credential(profile)
    make: Any = boto3.client
    return make(
        service,
        region_name=region,
        endpoint_url=rig.emulator.endpoint_url,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.token,
    )


def topic_with_queue(rig: Rig, name: str = "root-exceptions") -> tuple[str, Any, str]:
    """A topic of the security account and the queue that gets its messages: ARN, SQS client, queue URL."""
    sns, sqs = client(rig, "sns"), client(rig, "sqs")
    fifo = {"FifoTopic": "true"} if name.endswith(".fifo") else {}
    topic = sns.create_topic(Name=name, Attributes=fifo)["TopicArn"]
    url = sqs.create_queue(
        QueueName=name, Attributes={"FifoQueue": "true"} if name.endswith(".fifo") else {}
    )["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    return topic, sqs, url


def received(sqs: Any, url: str) -> list[dict[str, Any]]:
    """The messages that arrived, as SNS wraps them."""
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(one["Body"]) for one in found]


class Hook:
    """What a webhook got, and what it answers."""

    def __init__(self) -> None:
        self.url = ""
        self.documents: list[Any] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.answering = threading.Event()
        """It answers nothing until this is set."""
        self.answering.set()
        self.ending = threading.Event()


@contextmanager
def webhook() -> Iterator[Hook]:
    """A webhook that runs while the block does."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.documents.append((self.path, self.headers["Content-Type"], json.loads(body)))
            while not hook.answering.is_set() and not hook.ending.wait(0.01):
                pass
            if hook.ending.is_set():
                return
            self.send_response(hook.status)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the standard library
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hook.url = f"http://127.0.0.1:{server.server_port}{SECRET_PATH}"
    try:
        yield hook
    finally:
        hook.ending.set()
        server.shutdown()
        thread.join()
        server.server_close()
