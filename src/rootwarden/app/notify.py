"""Telling people: to every place the configuration names, recorded, and never in the way of what is being done."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from rootwarden.app.context import VERSION
from rootwarden.app.webhook import post, shown
from rootwarden.aws.error_codes import may_have_taken_effect
from rootwarden.aws.topics import publish, topic_region
from rootwarden.errors import AwsError, LedgerError, RootwardenError
from rootwarden.ledger.notifications import record_notification
from rootwarden.ledger.secret_guard import without_secrets
from rootwarden.model.notification import Channel, Delivery
from rootwarden.model.outcome import Done, Failed, Unknown
from rootwarden.model.reason import Source, reason_of
from rootwarden.reports.notification_text import document_of, subject_of, text_of

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.notification import Notification
    from rootwarden.model.reason import Reason


def notify(
    app: App, clients: CallerClients, recorder: Recorder, notification: Notification
) -> tuple[Delivery, ...]:
    """Sends a message to every configured place, records what came of it, and notes failures for the user.

    Raises no error of AWS's, the network's or the ledger's: what is under way goes on. Empty where nothing is configured.
    """
    said = _safe(notification)
    places = app.settings.notifications
    deliveries: list[Delivery] = []
    if places.sns_topic:
        deliveries.append(_by_sns(clients, places.sns_topic, said))
    if places.webhook_url:
        outcome = post(places.webhook_url, document_of(said), seconds=places.timeout_seconds, version=VERSION)
        deliveries.append(Delivery(Channel.WEBHOOK, shown(places.webhook_url), outcome))
    if deliveries:
        _report(app, recorder, said, deliveries)
    return tuple(deliveries)


def _by_sns(clients: CallerClients, topic: str, said: Notification) -> Delivery:
    outcome: Done | Failed | Unknown
    try:
        publish(
            clients.client("sns", topic_region(topic)),
            topic,
            subject=subject_of(said),
            text=text_of(said),
            attributes={"kind": said.kind.value, "account": said.account, "endpoint": said.endpoint},
            key=f"{said.key} {said.at.isoformat()}",
        )
        outcome = Done()
    except AwsError as error:
        arrived = may_have_taken_effect(error)
        outcome = Unknown(reason_of(error)) if arrived else Failed(reason_of(error))
    except RootwardenError as error:
        outcome = Failed(reason_of(error))
    return Delivery(Channel.SNS, topic, outcome)


def _report(app: App, recorder: Recorder, said: Notification, deliveries: list[Delivery]) -> None:
    for one in deliveries:
        if isinstance(one.outcome, Failed):
            app.problems.append(
                f"the {said.kind} notification about {said.account} was not delivered by {one.channel} to {one.target}: "
                f"{_said(one.outcome.reason)}"
            )
        elif isinstance(one.outcome, Unknown):
            app.problems.append(
                f"whether the {said.kind} notification about {said.account} arrived by {one.channel} at {one.target} is not "
                f"known: {_said(one.outcome.reason)}"
            )
    try:
        record_notification(recorder, said, deliveries)
    except LedgerError as error:
        app.problems.append(
            f"what came of the notification could not be recorded: {error.message.rstrip('.')}"
        )


def _said(reason: Reason) -> str:
    words = reason.text.rstrip(".")
    return words if reason.source is Source.LOCAL else f"{reason.code}: {words}"


def _safe(notification: Notification) -> Notification:
    """People write reasons and tickets; a secret that slipped into one does not leave the machine."""
    return dataclasses.replace(
        notification,
        account_name=_clean(notification.account_name),
        owner=_clean(notification.owner),
        reason=_clean(notification.reason),
        ticket=_clean(notification.ticket),
    )


def _clean(text: str | None) -> str | None:
    return without_secrets(text) if text else text
