"""The few request and response members that rules look at; all others are dropped at the door.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.detection.watched import SIGN_IN

if TYPE_CHECKING:
    from rootwarden.detection.members import Members
    from rootwarden.model.detection_event import Event

_NAMES: Final = frozenset(
    {
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
    }
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
    name: str, source: str, said: Members, request: Members, response: Members
) -> tuple[tuple[str, str], ...]:
    """What is kept besides the event's own members. Raises MalformedRecord."""
    found = {}
    for key in request.texts(_NAMES):
        value = request.text(key)
        if value is not None:
            found[key] = value
    if name == "CreateAccessKey":
        made = response.loose("accessKey")
        found |= {f"made.{key}": made.text(key) or "" for key in made.texts({"accessKeyId", "userName"})}
    elif name == "SetQueueAttributes":
        attributes = request.loose("attributes")
        if "Policy" in attributes:
            found["policy"] = "replaced" if attributes.raw("Policy") else "removed"
    if source == SIGN_IN:
        serial = said.loose("additionalEventData").text("MFAIdentifier")
        if serial is not None:
            found["serialNumber"] = serial
    return tuple(sorted(found.items())) if found else ()


def login_of(name: str, response: Members) -> str | None:
    """``Success`` or ``Failure`` of a sign-in event, which stands under the event's own name."""
    return response.text(name) if isinstance(response.raw(name), str) else None
