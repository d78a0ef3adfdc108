"""What is wrong with a policy, where, and what it does to root users, root sessions and operator roles."""
