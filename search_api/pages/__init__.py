"""The pages: search, related, why, a paper, the map, the reading list. HTML from the same engine.

Every state is a URL, and everything but the reading list and the map works without JavaScript.
"""
