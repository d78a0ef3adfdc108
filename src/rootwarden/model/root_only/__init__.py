"""The catalogue's rows, by what they are about."""
