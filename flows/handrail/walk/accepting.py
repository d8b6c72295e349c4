"""Accepting what was learned: the person sees the change to the site file, and says whether to keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.i18n import gettext as _
from handrail.i18n import together
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import NO, STOP, YES
from handrail.reasons import system
from handrail.sites.locate import locate
from handrail.sites.model import At, Learnable
from handrail.sites.overlay import entries, load_overlay
from handrail.sites.overlay_file import difference, keep
from handrail.sites.proposing import Proposal
from handrail.walk.stops import NeedsPerson

if TYPE_CHECKING:
    from handrail.walk.trail import Trail


async def accepted(trail: Trail, proposal: Proposal, found: str, at: At) -> bool:
    """Show the change to the site file; with the person's word it is known from now on, and kept."""
    site = trail.site
    learned = site.learned(proposal.instead, proposal.containers)
    changes = proposal.changes(site)
    shown = _shown(trail, changes)
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
        target=locate(trail.page, learned, at),
    )
    # A ring around a button invites to press it.
    async with trail.gate.closed(trail.page.context):
        answer = await trail.ask(prompt)
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(together(found, _("Nobody said whether that is right.")))
    if answer.choice == NO:
        return False
    trail.site = learned
    written = answer.choice == YES and _kept(trail, changes)
    trail.recorder.event("learned", places=sorted(changes), thing=proposal.thing, diff=shown, kept=written)
    return True


def _shown(trail: Trail, changes: dict[str, Learnable]) -> str:
    origin = trail.site.origin
    if origin is None:
        return ", ".join(sorted(changes))
    overlay = load_overlay(origin.overlay) if origin.overlay else None
    before = overlay.learned if overlay else {}
    return difference(origin, before, {**before, **entries(trail.site, changes)})


def _kept(trail: Trail, changes: dict[str, Learnable]) -> bool:
    origin = trail.site.origin
    assert origin is not None  # noqa: S101  # keeping was offered only then
    assert origin.overlay is not None  # noqa: S101
    try:
        keep(origin.overlay, trail.site.id, entries(trail.site, changes))
    except OSError as error:
        trail.say(
            _(
                "What was learned could not be kept, and holds for this run only: {reason}.",
                reason=system(error),
            )
        )
        return False
    trail.say(
        _(
            "Learned and kept on this machine; `handrail site diff {site}` shows it, "
            "`handrail site export {site}` makes a file to send back.",
            site=trail.site.id,
        )
    )
    return True
