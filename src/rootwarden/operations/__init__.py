"""What we do: the verbs. Siblings never import each other."""
