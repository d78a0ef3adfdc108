"""The rules, one in a file; ``catalog`` lists them."""
