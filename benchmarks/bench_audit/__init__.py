"""The bulk commands at the scale of real organizations: a fast server, the commands as users run them, and the bars."""
