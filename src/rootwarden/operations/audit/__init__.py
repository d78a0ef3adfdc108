"""Looking at the root credentials of member accounts."""
