"""Copies of a bundle for others: a zip, a PDF, a copy without business facts."""
