"""The write side of akin: documents → papers → an index of them → a published generation."""

__version__ = "0.1.0"
