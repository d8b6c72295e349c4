"""Signing keys: made, stored, pinned."""
