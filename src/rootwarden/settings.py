"""The typed configuration, read once."""
