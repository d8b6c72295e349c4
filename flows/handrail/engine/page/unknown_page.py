"""A page the site file does not know: what the person says of it, and never past a legal deadline."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.deadline import Reading
from handrail.engine.context.stops import NeedsPerson
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import done_or_stop

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

MOVED = "moved"
"""The person says that it is the right page, called something else now."""


async def ask_about_unknown_page(run: RunContext, wanted: str) -> str | None:
    """Return what the person says of the page that is open instead of the wanted one.

    moved: only its heading has changed; an interruption's kind: it is that; anything else: it is passed.
    """
    title = await run.view.page.title()
    past = _(
        "This page is not in the site file: “{title}”. Look at it, and bring the browser past it.",
        title=title,
    )
    before_a_clock = _(
        "This page is not called what the site file says: “{title}”. Press nothing on it: what comes next "
        "starts a legal deadline. Say whether it is the right page, or go to the right one.",
        title=title,
    )
    prompt = Prompt(
        "unknown-page",
        before_a_clock if run.site.leads_to_a_hidden_clock(wanted) else past,
        choices=(
            *done_or_stop(),
            Choice(MOVED, _("It is the right page; only its heading has changed")),
            *_sign_in_choices(run),
        ),
    )
    not_passed = NeedsPerson(
        _("The site shows a page Handrail does not know: “{title}”.", title=title),
        hint=_("Read it in your own browser; when it is dealt with, run the same command again."),
        where=run.view.address,
    )
    appears = run.view.anchor(wanted).first.wait_for(timeout=0)
    return (await run.journal.require(prompt, not_passed, until=appears)).choice


async def refuse_clock(run: RunContext, wanted: str) -> None:
    """Stop where the browser stands on a page that starts a clock, and nobody meant to open it."""
    for name, page in run.site.pages.items():
        if not page.starts_clock or name == wanted or not await run.view.is_seen(page.anchor):
            continue
        spec = run.site.certify
        if spec is not None:
            end = datetime.now().astimezone() + timedelta(days=spec.rule.days)
            known = run.deadline.readings if run.deadline else ()
            run.count_deadline(*known, Reading(end, "clock"))
        raise NeedsPerson(
            _("The browser stands on a page that starts a legal deadline; Handrail did not open it."),
            hint=_("Deadline: {deadline}. Read it there, and run the same command again before that.",
                   deadline=run.deadline or "?"),
            where=run.view.address,
        )  # fmt: skip


def _sign_in_choices(run: RunContext) -> list[Choice]:
    """Return the pages one signs in on, which the person may recognise where Handrail does not."""
    labels = {
        "sign-in": _("Here one signs in; the page looks different now"),
        "two-step": _("Here one enters the sign-in's code; the page looks different now"),
    }
    known = {interruption.kind for interruption in run.site.interruptions}
    return [Choice(kind, label) for kind, label in labels.items() if kind in known]
