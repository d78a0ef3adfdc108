"""Condition operators, one file per family, all pure."""
