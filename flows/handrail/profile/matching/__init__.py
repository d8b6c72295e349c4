"""Decide whether two written addresses are one place."""
