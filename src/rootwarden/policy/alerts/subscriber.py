"""Who subscribes to a topic of alerts.

https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
"""

from __future__ import annotations

import re
from typing import Final

from rootwarden.errors import BadInput

_FORMS: Final = (
    ("email", re.compile(r"[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+")),
    ("https", re.compile(r"https://\S+")),
    ("sqs", re.compile(r"arn:[a-z0-9-]+:sqs:[a-z0-9-]+:[0-9]{12}:[\w.-]+", re.ASCII)),
    ("lambda", re.compile(r"arn:[a-z0-9-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[\w:-]+", re.ASCII)),
)


def protocol_of(endpoint: str) -> str:
    """The protocol of a subscription, by what its endpoint looks like. Raises BadInput for anything else."""
    for protocol, form in _FORMS:
        if form.fullmatch(endpoint):
            return protocol
    raise BadInput(
        f"{endpoint!r} is nobody that alerts can tell",
        advice="Name an e-mail address, an https address, or the ARN of an SQS queue or a Lambda function.",
    )
