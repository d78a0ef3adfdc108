"""An error as AWS answers it: code, text and HTTP status."""

from __future__ import annotations

from collections.abc import Mapping


class AwsAnswer(Exception):
    """Raised by the emulated services; the gateway turns it into the error response of the service's protocol.

    ``extra`` holds further members of a modelled error, such as ``Reason`` of a ConstraintViolationException;
    ``headers`` what AWS says beside the body, such as the Region of a bucket.
    """

    def __init__(
        self,
        code: str,
        message: str,
        http_status: int = 400,
        *,
        headers: Mapping[str, str] | None = None,
        **extra: str,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.http_status = http_status
        self.headers = dict(headers or {})
        self.extra = extra
