"""Why a paper is in a list."""
