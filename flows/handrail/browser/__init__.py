"""Find, install and launch a browser; element picking; the stop key."""
