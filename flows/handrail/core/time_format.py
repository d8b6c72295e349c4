"""Format times for people; machines get RFC 3339."""

from __future__ import annotations

from datetime import datetime


def readable(moment: datetime, *, seconds: bool = False) -> str:
    """Return a time at its own offset: "2026-11-27 17:44 +0800", with seconds if they matter."""
    return f"{moment:%Y-%m-%d %H:%M:%S %z}" if seconds else f"{moment:%Y-%m-%d %H:%M %z}"


def readable_text(text: str, *, seconds: bool = False) -> str:
    """Return an RFC 3339 time in the local zone; any other text is returned unchanged."""
    try:
        return readable(datetime.fromisoformat(text).astimezone(), seconds=seconds)
    except (ValueError, OverflowError):
        return text
