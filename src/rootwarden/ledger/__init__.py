"""What was done as root, by whom and why: entries chained by hash, kept in SQLite or S3."""
