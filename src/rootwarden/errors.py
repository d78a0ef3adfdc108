"""Every error the program raises on purpose.

    RootwardenError                      advice, exit code
    ├── BadInput                    2    an option, a file or an id that cannot be meant
    │   ├── UnknownAccount               the organization has no such account
    │   ├── ConfigurationError           rootwarden.toml
    │   └── NoRegion                     nothing says which Region to use
    ├── CannotLook                  3    nothing could be read at all
    │   ├── NoCredentials                no profile, no keys, an unknown profile
    │   ├── CredentialsExpired
    │   ├── NeedsTerminal                a prompt without a terminal
    │   ├── WrongAccount                 the command runs from another account
    │   ├── NotInOrganization
    │   └── AwsError                     AWS (or the road to it) said no to one call
    │       ├── AccessDenied
    │       ├── FeatureOff               trusted access or a root feature is not enabled
    │       ├── NotFound                 the thing asked for does not exist
    │       ├── AlreadyThere             the thing to create exists
    │       ├── Conflict                 AWS refuses this change in this state
    │       ├── Throttled
    │       └── Unreachable              no answer, or not from AWS
    ├── RefusedByRule               4    a rule of ours
    │   ├── Unconfirmed                  nobody said yes to the plan
    │   ├── EndpointRefused              neither AWS nor loopback nor allowed
    │   └── WrongOrganization            a file of another organization or endpoint
    ├── LedgerError                 5    broken or unwritable
    └── Interrupted               130    Ctrl-C

``advice`` is one or two sentences that say what to do about it. An ``AwsError`` always carries AWS's own code and text;
what we make of it stands beside them, never in their place.
"""

from __future__ import annotations

from typing import ClassVar


class RootwardenError(Exception):
    """The root of the tree. ``message`` says what is wrong, ``advice`` what to do about it."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class BadInput(RootwardenError):
    """An option, a file or an id that cannot be meant."""

    exit_code = 2


class UnknownAccount(BadInput):
    """The organization has no such account."""


class ConfigurationError(BadInput):
    """The configuration file cannot be used as it stands."""


class NoRegion(BadInput):
    """Nothing says which Region to use; the global STS endpoint does not answer AssumeRoot."""


class CannotLook(RootwardenError):
    """Nothing could be read at all."""

    exit_code = 3


class NoCredentials(CannotLook):
    """No usable AWS credentials: none found, or the profile does not exist."""


class CredentialsExpired(CannotLook):
    """The caller's session is over."""


class NeedsTerminal(CannotLook):
    """Something would have to be asked (an MFA code, say), and nobody is there."""


class WrongAccount(CannotLook):
    """The command has to run from another account."""


class NotInOrganization(CannotLook):
    """The caller's account belongs to no AWS Organization."""


class AwsError(CannotLook):
    """AWS, or the road to it, said no to one call.

    ``code`` and ``text`` are AWS's own; ``operation`` is ``service:Operation``; ``request_id`` is what AWS support asks for.
    ``source`` is ``aws`` for an answer and ``network`` where none came.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        text: str,
        operation: str,
        request_id: str | None = None,
        source: str = "aws",
        advice: str = "",
    ) -> None:
        super().__init__(message, advice=advice)
        self.code = code
        self.text = text
        self.operation = operation
        self.request_id = request_id
        self.source = source


class AccessDenied(AwsError):
    """One text of AWS's covers several causes; we never claim a single one from it."""


class FeatureOff(AwsError):
    """Trusted access for IAM, root credentials management or root sessions is not enabled."""


class NotFound(AwsError):
    """The thing asked for does not exist."""


class AlreadyThere(AwsError):
    """The thing to create exists already."""


class Conflict(AwsError):
    """AWS refuses this change in the present state (a constraint, or another change under way)."""


class Throttled(AwsError):
    """Too many requests, and patience ran out."""


class Unreachable(AwsError):
    """No answer came, or it was not AWS's."""


class RefusedByRule(RootwardenError):
    """Refused as a whole by a rule of ours."""

    exit_code = 4


class Unconfirmed(RefusedByRule):
    """Nobody said yes to the plan."""


class EndpointRefused(RefusedByRule):
    """The endpoint is neither AWS's own, nor loopback, nor allowed by the configuration."""


class WrongOrganization(RefusedByRule):
    """A plan, save file or ledger belongs to another organization or endpoint."""


class LedgerError(RootwardenError):
    """The ledger is broken or cannot be written, so nothing is done."""

    exit_code = 5


class Interrupted(RootwardenError):
    """Ctrl-C."""

    exit_code = 130
