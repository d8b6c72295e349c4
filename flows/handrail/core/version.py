"""The version and the project's address."""

__version__ = "0.1.0"
PROJECT_URL = "https://github.com/handrail/handrail"
