"""Alerts: what EventBridge is to notice of root access, as rules and as stacks that hold them; pure."""
