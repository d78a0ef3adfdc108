"""Reading and changing the guardrails that an organization has."""
