"""Exceptions: root users that may sign in for one task, for a time."""
