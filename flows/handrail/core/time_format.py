"""Moments as a person reads them, in one form everywhere; machines are given RFC 3339."""

from __future__ import annotations

from datetime import datetime


def readable(moment: datetime, *, seconds: bool = False) -> str:
    """Say a moment at its own offset: "2026-11-27 17:44 +0800"; `seconds` where they prove something."""
    return f"{moment:%Y-%m-%d %H:%M:%S %z}" if seconds else f"{moment:%Y-%m-%d %H:%M %z}"


def readable_text(told: str, *, seconds: bool = False) -> str:
    """Say an RFC 3339 text here, where it is read; what is none is said as it is."""
    try:
        return readable(datetime.fromisoformat(told).astimezone(), seconds=seconds)
    except (ValueError, OverflowError):
        return told
