"""The few request and response members that rules look at; all others are dropped at the door.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.detection.watched import SIGN_IN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.members import Members
    from rootwarden.model.detection_event import Event

_NAMES: Final = (
    "accessKeyId",
    "accountId",
    "bucketName",
    "name",
    "queueUrl",
    "roleName",
    "rule",
    "serialNumber",
    "servicePrincipal",
    "trailName",
    "userName",
)
"""Of ``requestParameters``, where they are text."""
ITSELF: Final = frozenset({None, "AWS ROOT USER", "root"})
"""What ``userName`` is where root acts on root: AWS leaves it out, or writes a name that no user can have."""


def is_about_root(event: Event) -> bool:
    """Whether root made an access key for itself rather than for a user."""
    return event.detail("userName") in ITSELF and event.detail("made.userName") in ITSELF


def is_about_root_device(event: Event) -> bool:
    """Whether a call about an MFA device is about root's own.

    CreateVirtualMFADevice and DeleteVirtualMFADevice name no user, so those of root count.
    """
    return event.detail("userName") in ITSELF


def details_of(
    event: Event, said: Members, request: Members, response: Members
) -> tuple[tuple[str, str], ...]:
    """What is kept besides the event's own members. Raises MalformedRecord."""
    return tuple(sorted(dict(_kept(event, said, request, response)).items()))


def login_of(name: str, response: Members) -> str | None:
    """``Success`` or ``Failure`` of a sign-in event, which stands under the event's own name."""
    return response.text(name) if isinstance(response.raw(name), str) else None


def _kept(event: Event, said: Members, request: Members, response: Members) -> Iterator[tuple[str, str]]:
    for name in _NAMES:
        if isinstance(request.raw(name), str):
            value = request.text(name)
            if value is not None:
                yield name, value
    if event.name == "CreateAccessKey":
        made = response.loose("accessKey")
        for name in ("accessKeyId", "userName"):
            value = made.text(name)
            if value is not None:
                yield f"made.{name}", value
    if event.name == "SetQueueAttributes" and "Policy" in request.loose("attributes"):
        yield "policy", "replaced" if request.loose("attributes").raw("Policy") else "removed"
    if event.source == SIGN_IN:
        serial = said.loose("additionalEventData").text("MFAIdentifier")
        if serial is not None:
            yield "serialNumber", serial
