"""Removing root credentials by a confirmed plan."""
