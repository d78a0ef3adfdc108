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
_ROOT_DEVICE: Final = "mfa/root-account-mfa-device"
"""How the serial number of a root user's virtual MFA device ends, where AWS chose it."""


def names_root(user_name: str | None) -> bool:
    """Whether ``userName`` means the root user itself.

    AWS leaves it out, or writes "AWS ROOT USER"; the literal is not documented, but no IAM user's name can have a space.
    """
    return user_name is None or " " in user_name


def is_about_root(event: Event) -> bool:
    """Whether a call about a user's credentials is about root's own."""
    return names_root(event.detail("userName")) and names_root(event.detail("made.userName"))


def is_about_root_device(event: Event) -> bool:
    """Whether a call about an MFA device is about root's own.

    CreateVirtualMFADevice and DeleteVirtualMFADevice name no user, so those of root count.
    """
    serial = event.detail("serialNumber") or ""
    return names_root(event.detail("userName")) or serial.endswith(_ROOT_DEVICE)


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
