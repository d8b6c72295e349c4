"""Verify a contact channel by one-time code."""
