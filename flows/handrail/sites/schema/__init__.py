"""The model of a site file."""
