"""What CloudTrail shows: events, sessions, rules, findings. Values in, values out; no I/O."""
