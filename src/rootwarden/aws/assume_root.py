"""sts:AssumeRoot."""
