"""Every error the program raises on purpose.

    RootwardenError                      advice, exit code
    ├── BadInput                    2    an option, a file or an id that cannot be meant
    │   ├── UnknownAccount               the organization has no such account
    │   ├── ConfigurationError           rootwarden.toml
    │   ├── MalformedPolicy              a policy document, with the place that is wrong
    │   ├── MalformedRecord              a record of CloudTrail, with the place that is wrong
    │   ├── NoRegion                     nothing says which Region to use
    │   ├── CommandNotRunnable    126    the command for a session is there and cannot be run
    │   └── CommandNotFound       127    there is no such command
    ├── CannotLook                  3    nothing could be read at all
    │   ├── NoCredentials                no profile, no keys, an unknown profile
    │   ├── NeedsTerminal                a prompt without a terminal
    │   ├── WrongAccount                 the command runs from another account
    │   ├── ListBrokeOff                 the accounts could be listed in part only
    │   └── AwsError                     AWS (or the road to it) said no to one call
    │       ├── CredentialsExpired       the caller's or the root session is over
    │       ├── CredentialsRefused       AWS does not know these keys
    │       ├── NotInOrganization        the account belongs to no organization
    │       ├── NotManagementAccount     AWS takes this call from the management account (or a delegate) only
    │       ├── AccessDenied
    │       ├── FeatureOff               trusted access or a root feature is not enabled
    │       ├── RegionOff                STS is not active in the Region
    │       ├── NotFound                 the thing asked for does not exist
    │       ├── AlreadyThere             the thing to create exists
    │       ├── Conflict                 AWS refuses this change in this state
    │       ├── Throttled
    │       └── Unreachable              no answer, or not from AWS
    │           └── NoConnection         nothing was sent: no such host, nobody there, or a proxy in the way
    ├── RefusedByRule               4    a rule of ours
    │   ├── Unconfirmed                  nobody said yes to the plan
    │   ├── EndpointRefused              neither AWS nor loopback nor allowed
    │   ├── WrongOrganization            a file of another organization or endpoint
    │   └── LeaseLost                    somebody else works on it, or our time was over
    ├── LedgerError                 5    broken or unwritable
    │   ├── LedgerBroken                 an entry was altered, removed, moved or added
    │   ├── CheckpointBroken             a signed checkpoint is not what its key signed
    │   ├── LedgerUnreadable             not a ledger, half of one, or nobody may read it
    │   ├── LedgerUnwritable             read-only, full, not permitted, or too busy
    │   ├── LedgerTooNew                 written by a newer version
    │   ├── NotCanonical                 a value no entry can hold, or bytes that are no entry
    │   └── SecretRefused                the entry would hold what looks like a secret
    ├── InternalError               1    a bug of ours
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


class MalformedPolicy(BadInput):
    """A policy document that cannot be read. ``path`` is the place in the JSON, empty for the document as a whole."""

    def __init__(self, message: str, *, path: str = "", advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.path = path


class MalformedRecord(BadInput):
    """A record of CloudTrail that cannot be read. ``path`` is the place in it, empty for the record as a whole."""

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(
            f"{path}: {message}" if path else message,
            advice="CloudTrail does not write such records: look at what wrote or changed the file.",
        )
        self.path = path


class NoRegion(BadInput):
    """Nothing says which Region to use; the global STS endpoint does not answer AssumeRoot."""


class CommandNotRunnable(BadInput):
    """The command that was to run in a session is there, and cannot be run."""

    exit_code = 126


class CommandNotFound(BadInput):
    """The command that was to run in a session does not exist."""

    exit_code = 127


class CannotLook(RootwardenError):
    """Nothing could be read at all."""

    exit_code = 3


class NoCredentials(CannotLook):
    """No usable AWS credentials: none found, or the profile does not exist."""


class NeedsTerminal(CannotLook):
    """Something would have to be asked (an MFA code, say), and nobody is there."""


class WrongAccount(CannotLook):
    """The command has to run from another account."""


class ListBrokeOff(CannotLook):
    """The accounts of the organization could be listed in part only; ``why`` is what ended the listing."""

    def __init__(self, why: AwsError) -> None:
        super().__init__(
            f"not all accounts are known, since listing them broke off: {why.message}", advice=why.advice
        )
        self.why = why


class AwsError(CannotLook):
    """AWS, or the road to it, said no to one call.

    ``code`` and ``text`` are AWS's own; ``operation`` is ``service:Operation``; ``request_id`` is what AWS support asks for.
    ``source`` is ``aws`` for an answer and ``network`` where none came. ``answer_was_lost`` says that the same call was sent
    before, and may have taken effect then: that answer never came.
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
        answer_was_lost: bool = False,
        advice: str = "",
    ) -> None:
        super().__init__(message, advice=advice)
        self.code = code
        self.text = text
        self.operation = operation
        self.request_id = request_id
        self.source = source
        self.answer_was_lost = answer_was_lost


class CredentialsExpired(AwsError):
    """The session the call was made with is over."""


class CredentialsRefused(AwsError):
    """AWS does not know these keys, or the signature does not match them."""


class NotInOrganization(AwsError):
    """The caller's account belongs to no AWS Organization."""


class NotManagementAccount(AwsError):
    """AWS takes this call from the management account, or from a delegated administrator, only."""


class AccessDenied(AwsError):
    """One text of AWS's covers several causes; we never claim a single one from it."""


class FeatureOff(AwsError):
    """Trusted access for IAM, root credentials management or root sessions is not enabled."""


class RegionOff(AwsError):
    """STS is not active for the caller's account in a Region that accounts opt into."""


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


class NoConnection(Unreachable):
    """Nothing was sent: there is no host of that name, it is not there, or a proxy is in the way."""


class RefusedByRule(RootwardenError):
    """Refused as a whole by a rule of ours."""

    exit_code = 4


class Unconfirmed(RefusedByRule):
    """Nobody said yes to the plan."""


class EndpointRefused(RefusedByRule):
    """The endpoint is neither AWS's own, nor loopback, nor allowed by the configuration."""


class WrongOrganization(RefusedByRule):
    """A plan, save file or ledger belongs to another organization or endpoint."""


class LeaseLost(RefusedByRule):
    """A lease is not ours: its time was over and somebody else took it, or it was never granted."""


class LedgerError(RootwardenError):
    """The ledger is broken or cannot be written, so nothing is done."""

    exit_code = 5

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message, advice=advice or "Put this right, or name another ledger with --ledger.")


class LedgerBroken(LedgerError):
    """The chain does not hold. Names the first entry at fault, what was expected there and what was found.

    ``fault`` is ``altered``, ``missing``, ``reordered``, ``inserted`` or ``rewritten``; ``number`` is the entry's.
    """

    def __init__(
        self, message: str, *, fault: str, number: int, expected: str, found: str, advice: str = ""
    ) -> None:
        super().__init__(message, advice=advice)
        self.fault = fault
        self.number = number
        self.expected = expected
        self.found = found


class CheckpointBroken(LedgerError):
    """The signature of a checkpoint does not verify with the given public key."""


class LedgerUnreadable(LedgerError):
    """What is there is not a ledger, is half of one, or cannot be read."""


class LedgerUnwritable(LedgerError):
    """The ledger cannot be written: read-only, disk full, not permitted, or other writers were always faster."""


class LedgerTooNew(LedgerError):
    """A newer version of the program wrote this, and this one would misread it."""


class NotCanonical(LedgerError):
    """A value the ledger cannot hold, or bytes that are not the canonical form of what they say."""


class SecretRefused(LedgerError):
    """The entry would hold what looks like a secret, so it is not written."""


class InternalError(RootwardenError):
    """A bug of ours, told without its traceback."""


class Interrupted(RootwardenError):
    """Ctrl-C."""

    exit_code = 130
