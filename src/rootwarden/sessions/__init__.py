"""The only door to root: what authorizes a session is checked before AssumeRoot is called."""
