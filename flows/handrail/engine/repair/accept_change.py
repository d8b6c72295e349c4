"""Accepting what was learned: the person sees the change to the site file, and says whether to keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.error_text import system
from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.stops import NeedsPerson
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import NO, STOP, YES
from handrail.sites.overlay.overlay import entries, load_overlay
from handrail.sites.overlay.overlay_toml import difference, keep
from handrail.sites.overlay.propose_locator import Proposal
from handrail.sites.schema.locators import Learnable, LocatorSpec

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext


async def accepted(run: RunContext, proposal: Proposal, found: str, at: LocatorSpec) -> bool:
    """Show the change to the site file; with the person's word it is known from now on, and kept."""
    site = run.site
    changes = proposal.changes(site)
    shown = _shown(run, changes)
    can_keep = bool(changes) and site.origin is not None and site.origin.overlay is not None
    kept = (Choice(YES, _("Yes, and keep it for the next runs")),) if can_keep else ()
    prompt = Prompt(
        "learn",
        together(found, _("Is that right?")),
        choices=(
            *kept,
            Choice("once", _("Yes, but only for this run")),
            Choice(NO, _("No, ask again")),
            Choice(STOP, _("Stop here")),
        ),
        detail=shown,
        target=run.view.with_learned(proposal.instead, proposal.containers).locate(at),
    )
    # A ring around a button invites to press it.
    async with run.gate.closed(run.view.page.context):
        answer = await run.journal.ask(prompt)
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(together(found, _("Nobody said whether that is right.")))
    if answer.choice == NO:
        return False
    run.view.learn(proposal.instead, proposal.containers)
    written = answer.choice == YES and _kept(run, changes)
    run.journal.event("learned", places=sorted(changes), thing=proposal.thing, diff=shown, kept=written)
    return True


def _shown(run: RunContext, changes: dict[str, Learnable]) -> str:
    origin = run.site.origin
    if origin is None:
        return ", ".join(sorted(changes))
    overlay = load_overlay(origin.overlay) if origin.overlay else None
    before = overlay.learned if overlay else {}
    return difference(origin, before, {**before, **entries(run.site, changes)})


def _kept(run: RunContext, changes: dict[str, Learnable]) -> bool:
    origin = run.site.origin
    assert origin is not None  # noqa: S101  # keeping was offered only then
    assert origin.overlay is not None  # noqa: S101
    try:
        keep(origin.overlay, run.site.id, entries(run.site, changes))
    except OSError as error:
        run.journal.say(
            _(
                "What was learned could not be kept, and holds for this run only: {reason}.",
                reason=system(error),
            )
        )
        return False
    run.journal.say(
        _(
            "Learned and kept on this machine; `handrail site diff {site}` shows it, "
            "`handrail site export {site}` makes a file to send back.",
            site=run.site.id,
        )
    )
    return True
