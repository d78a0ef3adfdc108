"""What an auditor can file of a removal: checked afterwards, and completed with CloudTrail's events."""
