"""The write side of akin: documents → papers → vectors and catalogue → a published generation."""

from importlib.metadata import version

__version__ = version("akin")
