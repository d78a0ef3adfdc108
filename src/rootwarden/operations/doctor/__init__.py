"""Saying beforehand whether root sessions would work, and what stands in their way."""
