"""Looking at the management account's own root user and use."""
