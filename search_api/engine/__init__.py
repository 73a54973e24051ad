"""The engine that all interfaces ask, and its replacement while it runs."""
