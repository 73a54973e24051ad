"""The read side of akin: a published generation → engine → commands and HTTP service."""
