"""Who calls? The key, its token, its time and the signature, answered in each service's words."""

from __future__ import annotations

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.http_message import HttpRequest
from rootwarden.emulator.keyring import Credential
from rootwarden.emulator.root_keys import is_usable
from rootwarden.emulator.signature import Signature, is_signed_with
from rootwarden.emulator.world import World

_FORBIDDEN = 403
_BAD_REQUEST = 400

_UNKNOWN = "The security token included in the request is invalid."
_EXPIRED = "The security token included in the request is expired"
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


def authenticate(
    world: World, request: HttpRequest, signature: Signature, protocol: str, operation: str
) -> Credential:
    """The credential a request is signed with; raises AwsAnswer. The caller holds the world's lock."""
    credential = world.keyring.find(signature.access_key_id)
    if credential is None or credential.token != signature.token or not is_usable(world, credential):
        raise _unknown(protocol)
    if credential.expires is not None and world.clock.now() >= credential.expires:
        raise expired(protocol, operation)
    if not is_signed_with(request, signature, credential.secret_access_key):
        raise _mismatch(protocol)
    return credential


def no_signature(protocol: str) -> AwsAnswer:
    """What a request without a signature gets."""
    return _answer(protocol, "MissingAuthenticationToken", "Missing Authentication Token")


def _answer(protocol: str, code: str, text: str) -> AwsAnswer:
    """Query services answer 403 under the plain code, JSON services 400 under the code with Exception at its end."""
    if protocol == "json":
        return AwsAnswer(f"{code}Exception", text, _BAD_REQUEST)
    return AwsAnswer(code, text, _FORBIDDEN)


def _unknown(protocol: str) -> AwsAnswer:
    if protocol == "json":
        return AwsAnswer("UnrecognizedClientException", _UNKNOWN, _BAD_REQUEST)
    if protocol == "rest-xml":
        text = "The AWS Access Key Id you provided does not exist in our records."
        return AwsAnswer("InvalidAccessKeyId", text, _FORBIDDEN)
    return AwsAnswer("InvalidClientTokenId", _UNKNOWN, _FORBIDDEN)


def expired(protocol: str, operation: str) -> AwsAnswer:
    """What a caller gets whose credentials are over."""
    if protocol == "rest-xml":
        return AwsAnswer("ExpiredToken", "The provided token has expired.", _BAD_REQUEST)
    if operation == "AssumeRoot":  # modelled with a code and a status of its own; its text is inferred
        return AwsAnswer("ExpiredTokenException", _EXPIRED, _BAD_REQUEST)
    return _answer(protocol, "ExpiredToken", _EXPIRED)


def _mismatch(protocol: str) -> AwsAnswer:
    if protocol == "json":
        return AwsAnswer("InvalidSignatureException", _MISMATCH, _BAD_REQUEST)
    return AwsAnswer("SignatureDoesNotMatch", _MISMATCH, _FORBIDDEN)
