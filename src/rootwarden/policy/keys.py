"""Which condition keys a policy asks for."""

from __future__ import annotations

import re

from rootwarden.policy.document import Policy
from rootwarden.policy.pattern import Variable, tokens


def named_keys(policy: Policy) -> frozenset[str]:
    """Every key that a condition or a policy variable names, in lower case."""
    conditions = {one.key for statement in policy.statements for one in statement.conditions}
    variables = {
        one.key
        for text in re.findall(r"\$\{[^}]*\}", policy.source)
        for one in tokens(text, variables=True, wildcards=False)
        if isinstance(one, Variable)
    }
    return frozenset(conditions | variables)
