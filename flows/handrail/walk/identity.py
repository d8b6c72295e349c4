"""Whose account is signed in: read from the page, or said by the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.i18n import gettext as _
from handrail.operator import Prompt
from handrail.operator.prompts import STOP, YES, done_or_stop, yes_or_no
from handrail.sites.locate import read
from handrail.sites.model import Value
from handrail.walk.finding import find
from handrail.walk.seeing import is_seen
from handrail.walk.stops import NeedsPerson, WrongAccount

if TYPE_CHECKING:
    from handrail.walk.trail import Trail


async def check_identity(trail: Trail) -> None:
    """Make sure the signed-in account is the one meant, before anything is filled."""
    meant = trail.profile.account.name
    if trail.site.identity is None:
        if trail.identity is None:
            await _confirm_account(trail, meant)
        return
    if trail.site.identity.page is not None:
        return
    await compare_identity(trail)


async def see_account(trail: Trail) -> None:
    """Look once more before an effect, where this page names the account: it may have been switched."""
    where = trail.site.identity
    if where is not None and where.page is None and await is_seen(trail, where.at):
        await compare_identity(trail)


async def compare_identity(trail: Trail) -> None:
    """Read the name the page shows and hold it against the profile's."""
    where = trail.site.identity
    assert where is not None  # noqa: S101  # both callers have looked
    meant = trail.profile.account.name
    trail.identity = None  # whoever it was, it is read anew
    await find(trail, where.at, what=_("the signed-in account's name"))
    for _again in range(3):
        shown = await read(trail.page, trail.site, Value(at=where.at, take=where.take, match=where.match))
        if shown is not None and " ".join(shown.split()) == " ".join(meant.split()):
            trail.identity = " ".join(shown.split())
            return
        if shown is not None:
            trail.redaction.add_other_account(shown)
        answer = await trail.ask(
            Prompt(
                "wrong-account",
                _(
                    "Signed in as “{shown}”, but the profile is for “{meant}”. Sign in to the right account.",
                    shown=shown or "?",
                    meant=meant,
                ),
                choices=done_or_stop(),
            )
        )
        if answer is None or answer.choice == STOP:
            break
    raise WrongAccount(
        _(
            "The page shows another account than the profile's “{meant}”; nothing was filled.",
            meant=meant,
        ),
        hint=_("Sign out, sign in to the right account, or use the profile that belongs to this one."),
    )


async def _confirm_account(trail: Trail, meant: str) -> None:
    prompt = Prompt(
        "confirm-account",
        _("This site shows no account name. Is the browser signed in to “{meant}”?", meant=meant),
        choices=yes_or_no(),
    )
    answer = await trail.ask(prompt)
    if answer is None or answer.choice != YES:
        raise NeedsPerson(_("Nobody confirmed that the browser is signed in to “{meant}”.", meant=meant))
    trail.identity = meant
