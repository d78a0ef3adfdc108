"""An error as AWS answers it: code, text and HTTP status."""

from __future__ import annotations


class AwsAnswer(Exception):
    """Raised by the emulated services; the gateway turns it into the error response of the service's protocol.

    ``extra`` holds further members of a modelled error, such as ``Reason`` of a ConstraintViolationException.
    """

    def __init__(self, code: str, message: str, http_status: int = 400, **extra: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.http_status = http_status
        self.extra = extra
