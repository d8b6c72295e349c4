"""Which Handrail this is, and where it is at home."""

__version__ = "0.1.0"
PROJECT_URL = "https://github.com/handrail/handrail"
