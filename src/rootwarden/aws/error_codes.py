"""From AWS's error code to our error: one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from typing import Final

from botocore import exceptions as botocore_errors

from rootwarden import errors
from rootwarden.model.organization import NO_ORGANIZATION

_BY_CODE: Final[Mapping[str, type[errors.AwsError]]] = {
    "AccessDenied": errors.AccessDenied,
    "AccessDeniedException": errors.AccessDenied,
    "UnauthorizedOperation": errors.AccessDenied,
    "AccountNotManagementOrDelegatedAdministratorException": errors.NotManagementAccount,
    "CallerIsNotManagementAccountException": errors.NotManagementAccount,
    NO_ORGANIZATION: errors.NotInOrganization,
    "OrganizationNotFoundException": errors.NotInOrganization,
    "ServiceAccessNotEnabledException": errors.FeatureOff,
    "OrganizationNotInAllFeaturesModeException": errors.FeatureOff,
    "RegionDisabledException": errors.RegionOff,
    "ExpiredToken": errors.CredentialsExpired,
    "ExpiredTokenException": errors.CredentialsExpired,
    "RequestExpired": errors.CredentialsExpired,
    "InvalidClientTokenId": errors.CredentialsRefused,
    "UnrecognizedClientException": errors.CredentialsRefused,
    "InvalidAccessKeyId": errors.CredentialsRefused,
    "SignatureDoesNotMatch": errors.CredentialsRefused,
    "InvalidSignatureException": errors.CredentialsRefused,
    "AuthFailure": errors.CredentialsRefused,
    "NoSuchEntity": errors.NotFound,
    "AccountNotFoundException": errors.NotFound,
    "AccountNotRegisteredException": errors.NotFound,
    "TrailNotFoundException": errors.NotFound,
    "NotFound": errors.NotFound,
    "PolicyNotFoundException": errors.NotFound,
    "ResourcePolicyNotFoundException": errors.NotFound,
    "PolicyNotAttachedException": errors.NotFound,
    "DuplicatePolicyException": errors.AlreadyThere,
    "DuplicatePolicyAttachmentException": errors.AlreadyThere,
    "PolicyInUseException": errors.Conflict,
    "ResourceNotFoundException": errors.NotFound,
    "NoSuchBucket": errors.NotFound,
    "NoSuchBucketPolicy": errors.NotFound,
    "QueueDoesNotExist": errors.NotFound,
    "AWS.SimpleQueueService.NonExistentQueue": errors.NotFound,
    "EntityAlreadyExists": errors.AlreadyThere,
    "AccountAlreadyRegisteredException": errors.AlreadyThere,
    "ConstraintViolationException": errors.Conflict,
    "ConcurrentModification": errors.Conflict,
    "ConcurrentModificationException": errors.Conflict,
    "EntityTemporarilyUnmodifiable": errors.Conflict,
    "DeleteConflict": errors.Conflict,
    "Throttling": errors.Throttled,
    "ThrottlingException": errors.Throttled,
    "ThrottledException": errors.Throttled,
    "RequestThrottled": errors.Throttled,
    "RequestThrottledException": errors.Throttled,
    "RequestLimitExceeded": errors.Throttled,
    "TooManyRequestsException": errors.Throttled,
    "SlowDown": errors.Throttled,
    "BandwidthLimitExceeded": errors.Throttled,
    "EC2ThrottledException": errors.Throttled,
    "ProvisionedThroughputExceededException": errors.Throttled,
    "LimitExceededException": errors.Throttled,
    "PriorRequestNotComplete": errors.Throttled,
    "TransactionInProgressException": errors.Throttled,
    "RequestTimeout": errors.Unreachable,
    "RequestTimeoutException": errors.Unreachable,
    "ServiceUnavailable": errors.Unreachable,
    "ServiceUnavailableException": errors.Unreachable,
    "ServiceException": errors.Unreachable,
    "ServiceFailure": errors.Unreachable,
    "InternalFailure": errors.Unreachable,
    "InternalError": errors.Unreachable,
}

# STS answers AccessDenied for a feature that is off; only the text tells. Newer answers append a link, so the beginning counts.
_FEATURE_TEXTS: Final = (
    "Root credentials management feature is not enabled",
    "Root sessions feature is not enabled",
    "Service not enabled for AWS Organizations",
)

_ADVICE: Final[Mapping[type[errors.AwsError], str]] = {
    errors.AccessDenied: "AWS gives this text for several causes: the caller's policies, an SCP, the wrong account or a target "
    "that is not a member. 'rootwarden status' shows which of them can be seen from here.",
    errors.FeatureOff: "Run 'rootwarden status' to see what is off, and 'rootwarden enable' from the management account.",
    errors.RegionOff: "Name another Region with --region, or with regions.sts in the configuration; or have STS activated in this "
    "one, in the IAM console's account settings.",
    errors.NotManagementAccount: "Use a profile of the management account, or of the IAM delegated administrator for reading.",
    errors.NotInOrganization: "Use a profile of an account that belongs to the organization.",
    errors.NotFound: "It may be deleted, of another name, or in another account or Region: check the name, the profile and --region.",
    errors.AlreadyThere: "Look at what is there already: it may be what was wanted.",
    errors.Conflict: "AWS's text names what is in the way. Where another change is under way, repeat the command when it is over.",
    errors.CredentialsExpired: "Sign in again (for IAM Identity Center: aws sso login), then repeat the command.",
    errors.CredentialsRefused: "Check the profile or the AWS_* variables: keys may be deleted, mistyped or of another "
    "partition or endpoint.",
    errors.Throttled: "Repeat the command later, or with a lower rate.",
    errors.Unreachable: "Check the network, the proxy and the endpoint, then repeat the command.",
    errors.NoConnection: "Check the Region (is there one of that name?), the network, the proxy and the endpoint, then repeat the command.",
}


_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERROR: Final = 500
LOST_ANSWER: Final = "RootwardenLostAnswer"
"""In the metadata of an answer: an earlier try of the same call got none, and may have taken effect (see ``pacing``)."""


def _kind(code: str, status: int) -> type[errors.AwsError]:
    kind = _BY_CODE.get(code, errors.AwsError)
    if kind is errors.AwsError and status == _TOO_MANY_REQUESTS:
        return errors.Throttled
    if kind is errors.AwsError and status >= _SERVER_ERROR:
        return errors.Unreachable
    return kind


class Trouble(Enum):
    """Why a call is worth another try."""

    THROTTLED = "AWS asks to be called less often"
    NOT_SENT = "no connection came about"
    LOST = "the call may have taken effect, and no proper answer came"


def trouble_of_answer(code: str, status: int) -> Trouble | None:
    """What an answer of AWS's means for another try; None where one would be answered alike."""
    kind = _kind(code, status)
    if kind is errors.Throttled:
        return Trouble.THROTTLED
    return Trouble.LOST if kind is errors.Unreachable else None


def trouble_of_error(error: Exception) -> Trouble | None:
    """The same where no answer came."""
    if isinstance(error, botocore_errors.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return None
    if isinstance(error, _NOT_SENT):
        return Trouble.NOT_SENT
    return Trouble.LOST if isinstance(error, botocore_errors.HTTPClientError) else None


_NOT_SENT = (
    botocore_errors.ConnectTimeoutError,
    botocore_errors.EndpointConnectionError,
    botocore_errors.ProxyConnectionError,
)


def may_have_taken_effect(error: errors.AwsError) -> bool:
    """Whether a call that failed may have done its work all the same: it was sent, and no proper answer came."""
    never_sent = {kind.__name__ for kind in (*_NOT_SENT, botocore_errors.SSLError)}
    return isinstance(error, errors.Unreachable) and error.code not in never_sent


def from_client_error(error: botocore_errors.ClientError, operation: str) -> errors.AwsError:
    """Our error for an answer of AWS's, with its code and text as received."""
    details = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    code, text = str(details.get("Code", "Unknown")), str(details.get("Message", ""))
    kind = _kind(code, metadata.get("HTTPStatusCode", 0))
    if kind is errors.AccessDenied and text.startswith(_FEATURE_TEXTS):
        kind = errors.FeatureOff
    return kind(
        f"{operation}: {code}: {text}",
        code=code,
        text=text,
        operation=operation,
        request_id=metadata.get("RequestId"),
        answer_was_lost=LOST_ANSWER in metadata,
        advice=_ADVICE.get(kind, ""),
    )


_SIGN_IN_OVER = (
    botocore_errors.UnauthorizedSSOTokenError,
    botocore_errors.SSOTokenLoadError,
    botocore_errors.TokenRetrievalError,
)
_NO_CREDENTIALS = (
    botocore_errors.NoCredentialsError,
    botocore_errors.PartialCredentialsError,
    botocore_errors.CredentialRetrievalError,
    botocore_errors.InvalidConfigError,
    botocore_errors.UnknownCredentialError,
)


def from_botocore_error(error: botocore_errors.BotoCoreError, operation: str) -> errors.RootwardenError:
    """Our error where no answer of AWS's came."""
    if isinstance(error, _SIGN_IN_OVER):
        return errors.CredentialsExpired(
            f"the IAM Identity Center sign-in is over: {error}",
            code=type(error).__name__,
            text=str(error),
            operation=operation,
            source="local",
            advice="Run 'aws sso login --profile NAME' with the profile in use, then repeat the command.",
        )
    if isinstance(error, botocore_errors.ProfileNotFound):
        return errors.NoCredentials(
            str(error), advice="'aws configure list-profiles' shows the profiles there are."
        )
    if isinstance(error, botocore_errors.NoRegionError):
        return errors.NoRegion(
            "no Region is set", advice="Give --region, or set AWS_REGION or the profile's region."
        )
    if isinstance(error, botocore_errors.ConfigParseError):
        return errors.NoCredentials(
            str(error), advice="Correct the file, or name another with AWS_CONFIG_FILE."
        )
    if isinstance(error, _NO_CREDENTIALS):
        return errors.NoCredentials(
            f"no usable AWS credentials: {error}", advice="Give --profile, or set AWS_PROFILE."
        )
    kind = errors.NoConnection if isinstance(error, _NOT_SENT) else errors.Unreachable
    return kind(
        f"{operation}: {type(error).__name__}: {error}",
        code=type(error).__name__,
        text=str(error),
        operation=operation,
        source="network",
        advice=_ADVICE[kind],
    )


@contextmanager
def aws_call(operation: str) -> Iterator[None]:
    """Turns whatever botocore raises inside into our errors. ``operation`` is ``service:Operation``."""
    try:
        yield
    except botocore_errors.ClientError as error:
        raise from_client_error(error, operation) from error
    except botocore_errors.BotoCoreError as error:
        raise from_botocore_error(error, operation) from error
