"""The emulated services: one file each, with its handlers by operation."""
