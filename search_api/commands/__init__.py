"""The commands of akin."""
