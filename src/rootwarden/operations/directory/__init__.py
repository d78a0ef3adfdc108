"""Reading which accounts there are, and where they stand in the tree."""
