"""Record a bundle while the run lasts, and seal it at the end."""
