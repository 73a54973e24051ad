"""The HTTP service: its routes, what goes in and comes out, its errors."""
