"""Unlocking buckets and queues whose policy keeps everybody out."""
