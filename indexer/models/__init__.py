"""Models: found by their names, and run to make vectors of texts."""
