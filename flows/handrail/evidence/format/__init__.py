"""The bundle's format: its files, its events, its canonical JSON, its limits."""
