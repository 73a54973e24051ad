"""The map of a corpus: where papers lie, which topics they make, and what these are called."""
