"""The user's own changes to a packaged site file."""
