"""Verify a bundle strictly: nothing unlisted, nothing changed, signed by a pinned key."""
