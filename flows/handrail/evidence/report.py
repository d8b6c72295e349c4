"""The report: what a run did and saw, on one page that needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handrail.evidence.events import Event, Json
from handrail.i18n import gettext as _


def render(events: Sequence[Event], manifest: Mapping[str, Json], language: str) -> str:
    """Render the report's HTML from a bundle's own events and manifest."""
    from html import escape

    lines = "".join(f"<li>{escape(event.kind)}</li>" for event in events)
    return f'<!doctype html><html lang="{language}"><title>{_("Evidence")}</title><ol>{lines}</ol>'
