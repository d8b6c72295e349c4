"""Captures: screenshots of the page with everything private painted over."""
