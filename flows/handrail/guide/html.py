"""The checklist as one HTML page, complete in itself, without scripts, printable."""

from __future__ import annotations

from functools import partial

from handrail.core.html import environment
from handrail.core.i18n import gettext as _
from handrail.core.i18n import in_its_language, language
from handrail.core.labels import label
from handrail.guide.model import Checklist
from handrail.guide.texts import headline, sureness, until


def render(checklist: Checklist, *, with_values: bool = False) -> str:
    """Return the page in the language in use; values in their display form unless `with_values`."""
    # The report's style is used, too, so that both look alike.
    page = environment("handrail.guide", "handrail.evidence.report").get_template("guide.html.j2")
    return page.render(
        _=_,
        lang=language(),
        list=checklist,
        headline=headline(checklist),
        sureness=sureness(checklist),
        sure=partial(label, "sure"),
        until=until,
        foreign=in_its_language,
        pieces=_pieces,
        with_values=with_values,
    )


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Return the parts of a sentence, each with whether it is a command between backticks."""
    return [(part, number % 2 == 1) for number, part in enumerate(text.split("`")) if part]
