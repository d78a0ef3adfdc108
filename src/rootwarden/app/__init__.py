"""Wiring: the one place that picks concrete classes, and composes operations."""
