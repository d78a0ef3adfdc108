"""Saying who can open root sessions, and who is one step away."""
