"""Handrail guides a marketplace seller through a verification and keeps the evidence."""

__version__ = "0.1.0"
PROJECT_URL = "https://github.com/handrail/handrail"
