"""rootwarden: root access in member accounts is exceptional, temporary, scoped and logged."""
