"""A change to the site file: the person sees it, and says whether to use and to keep it."""

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


async def accept_change(run: RunContext, proposal: Proposal, sentence: str, at: LocatorSpec) -> bool:
    """Show the change to the site file; with the person's word it is used from now on, and kept.

    `sentence` says what has changed; False is returned where the person wants to be asked again.
    """
    changes = proposal.changes(run.site)
    diff = _diff(run, changes)
    learned = run.view.with_learned(proposal.instead, proposal.containers)
    prompt = Prompt(
        "learn",
        together(sentence, _("Is that right?")),
        choices=_choices(can_keep=_can_keep(run, changes)),
        detail=diff,
        target=learned.locate(at),
    )
    unanswered = NeedsPerson(together(sentence, _("Nobody said whether that is right.")))
    # A ring around a button invites to press it.
    async with run.gate.closed(run.view.page.context):
        answer = await run.journal.require(prompt, unanswered)
    if answer.choice == NO:
        return False
    run.view.learn(proposal.instead, proposal.containers)
    kept = answer.choice == YES and _keep(run, changes)
    run.journal.event("learned", places=sorted(changes), thing=proposal.thing, diff=diff, kept=kept)
    return True


def _can_keep(run: RunContext, changes: dict[str, Learnable]) -> bool:
    origin = run.site.origin
    return bool(changes) and origin is not None and origin.overlay is not None


def _choices(*, can_keep: bool) -> tuple[Choice, ...]:
    kept = (Choice(YES, _("Yes, and keep it for the next runs")),) if can_keep else ()
    return (
        *kept,
        Choice("once", _("Yes, but only for this run")),
        Choice(NO, _("No, ask again")),
        Choice(STOP, _("Stop here")),
    )


def _diff(run: RunContext, changes: dict[str, Learnable]) -> str:
    """Return the change to the user's overlay as a diff; to a site in memory, only what it names."""
    origin = run.site.origin
    if origin is None:
        return ", ".join(sorted(changes))
    overlay = load_overlay(origin.overlay) if origin.overlay else None
    before = overlay.learned if overlay else {}
    return difference(origin, before, {**before, **entries(run.site, changes)})


def _keep(run: RunContext, changes: dict[str, Learnable]) -> bool:
    """Write the change to the user's overlay; False, and a word about it, where that fails."""
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
