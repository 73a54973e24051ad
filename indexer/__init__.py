"""The write side of akin: documents → papers → an index of them → a published generation."""

from importlib.metadata import version

__version__ = version("akin-papers")
