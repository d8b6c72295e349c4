"""Why a verification stops: the page's words are unknown, or the site did not do what was asked of it."""

from __future__ import annotations

from handrail.core.i18n import gettext as _
from handrail.engine.context.deadline import parse_time
from handrail.engine.context.stops import (
    NeedsPerson,
    PageNotReady,
    SiteRefused,
    Stop,
    Waiting,
    in_minutes,
    retry_after,
)
from handrail.engine.effects.effect import NOTHING_LEFT, EffectResult


def not_taken(label: str, word: str, result: EffectResult) -> Stop:
    """Return the reason to stop where the site did not do it; `word` is its outcome."""
    if word in ("throttled", "locked"):
        return _closed_for_a_while(label, word, result)
    if word == "exhausted":
        return SiteRefused(
            _("The site says that all attempts to verify the {channel} are used up.", channel=label),
            hint=_("Ask the marketplace's support in your own browser; Handrail sends nothing more for it."),
            ends_run=False,
        )
    if word == "refused":
        return NeedsPerson(
            _("The site does not take the {channel} as it was typed.", channel=label),
            hint=_(
                "Read what the page says of it, in the last capture; mend the profile, then run it again."
            ),
            ends_run=False,
        )
    if word in (NOTHING_LEFT, "not-sent", "not-saved"):
        return PageNotReady(
            _("Nothing was done on the site for {channel}.", channel=label),
            hint=_("Look at the page for a message, then run the same command again."),
        )
    return NeedsPerson(
        _("The site answered in a way this step does not expect: {word}.", word=word), ends_run=False
    )


def _closed_for_a_while(label: str, word: str, result: EffectResult) -> Waiting:
    until = parse_time(result.until) or retry_after(result.retry_after)
    return Waiting(
        _("The site is locked for the {channel} for a while.", channel=label)
        if word == "locked"
        else _("The site says there were too many requests for {channel}.", channel=label),
        until=until or in_minutes(60),
        until_from="site" if until else "handrail",
    )


def unknown_state(label: str) -> NeedsPerson:
    """Return the reason to stop where the page describes the state in other words than the site file."""
    return NeedsPerson(
        _("The page does not say in known words whether the {channel} is verified.", channel=label),
        hint=_("Look at the page; when its words have changed, add them to the site file."),
    )


def not_proven(label: str) -> NeedsPerson:
    """Return the reason to stop where the site took the code and shows no proof of it."""
    return NeedsPerson(
        _("The site took the code, but the page does not show the {channel} as verified.", channel=label),
        hint=_("Look at the page; a site may need some minutes. Run the same command again later."),
    )


def not_saved(label: str) -> NeedsPerson:
    """Return the reason to stop where the site said it saved, and shows something else."""
    return NeedsPerson(
        _("The site said it saved the {channel}, but the page shows another.", channel=label),
        hint=_("Look at the page before anything else is done there."),
    )
