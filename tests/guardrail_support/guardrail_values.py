"""Parameters for guardrails: what they cannot do without, and everything there is."""

from __future__ import annotations

from typing import Any

from rootwarden.model.ids import AccountId
from rootwarden.policy.guardrails.parameters import Parameters

DELEGATE = AccountId("222222222222")
NEEDED: dict[str, Any] = {
    "organization": "o-abcdefghij",
    "management": AccountId("111111111111"),
    "delegate": DELEGATE,
    "trusted": (f"arn:aws:iam::{DELEGATE}:role/People",),
    "bucket": "ledger-bucket",
    "results": "athena-results",
    "key": f"arn:aws:kms:eu-central-1:{DELEGATE}:key/11111111-2222-3333-4444-555555555555",
}
EVERYTHING: dict[str, Any] = NEEDED | {
    "accounts": (AccountId("333333333333"), AccountId("555555555555")),
    "networks": ("203.0.113.0/24", "2001:db8::/32"),
    "regions": ("eu-central-1",),
    "source_identities": ("*@example.com",),
    "operators": (f"arn:aws:iam::{DELEGATE}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Root_*",),
    "exempt": (AccountId("555555555555"),),
    "topic": f"arn:aws:sns:eu-central-1:{DELEGATE}:root",
    "prefix": "rootwarden/ledger",
}
PLAIN, SHAPED = Parameters(**NEEDED), Parameters(**EVERYTHING)
