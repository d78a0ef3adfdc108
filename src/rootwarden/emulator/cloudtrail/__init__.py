"""CloudTrail: what becomes of every call and sign-in. Event history per account and Region, and log files of trails."""
