"""What IAM would say: a pure, three-valued policy evaluator.

policy = parse_policy(document, name="DenyRoot")
request = Request("iam:GetUser", "arn:aws:iam::222222222222:root", {"aws:PrincipalArn": UNKNOWN})
decision = evaluate(request, Layers(identity=None, scp_levels=(Level("r-ab12", (policy,)),)))
print(decision.sentence)
"""

from rootwarden.errors import MalformedPolicy
from rootwarden.policy.decision import Answer, Decision, Layer
from rootwarden.policy.document import Policy
from rootwarden.policy.evaluate import evaluate
from rootwarden.policy.layers import Layers, Level, ResourcePolicy
from rootwarden.policy.parse import parse_policy
from rootwarden.policy.request import UNKNOWN, ContextValue, Request
from rootwarden.policy.unreadable import unreadable_policy

__all__ = [
    "UNKNOWN",
    "Answer",
    "ContextValue",
    "Decision",
    "Layer",
    "Layers",
    "Level",
    "MalformedPolicy",
    "Policy",
    "Request",
    "ResourcePolicy",
    "evaluate",
    "parse_policy",
    "unreadable_policy",
]
