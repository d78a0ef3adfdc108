"""Root sessions in the hands of a person: what a command gets of one, and how it is run."""
