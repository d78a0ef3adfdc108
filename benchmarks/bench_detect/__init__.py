"""How fast CloudTrail's log files are read and judged, and how much memory that takes."""
