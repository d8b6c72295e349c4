"""Whose account is signed in: read from the page, or said by the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import NeedsPerson, WrongAccount
from handrail.engine.page.find_element import find
from handrail.operator import Prompt
from handrail.operator.prompts import STOP, done_or_stop, yes_or_no
from handrail.sites.schema.locators import Value

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

_LOOKS = 3


async def check_account(run: RunContext) -> None:
    """Make sure the signed-in account is the one meant, before anything is filled."""
    identity = run.site.identity
    if identity is None and run.account.name is None:
        await _confirm_account(run)
    elif identity is not None and identity.page is None:
        await compare_account(run)


async def see_account(run: RunContext) -> None:
    """Look once more before an effect, where this page names the account: it may have been switched."""
    identity = run.site.identity
    if identity is None or identity.page is not None:
        return
    names = await run.view.read_all(Value(at=identity.at, take=identity.take, match=identity.match))
    if [" ".join(name.split()) for name in names] == [run.account.name]:
        return  # it is still the one that was compared
    if await run.view.is_seen(identity.at):
        await compare_account(run)


async def compare_account(run: RunContext) -> None:
    """Read the name the page shows and hold it against the profile's; WrongAccount where it is another."""
    identity, wanted = run.site.identity, run.profile.account.name
    assert identity is not None  # noqa: S101  # every caller has looked
    run.account.name = None  # whoever it was, it is read anew
    await find(run, identity.at, what=_("the signed-in account's name"))
    for _attempt in range(_LOOKS):
        shown = await run.view.read(Value(at=identity.at, take=identity.take, match=identity.match))
        if shown is not None and " ".join(shown.split()) == " ".join(wanted.split()):
            run.account.name = " ".join(shown.split())
            return
        if shown is not None:
            run.redaction.add_other_account(shown)
        if not await _has_switched(run, shown):
            break
    raise WrongAccount(
        _(
            "The page shows another account than the profile's “{meant}”; nothing was filled.",
            meant=wanted,
        ),
        hint=_("Sign out, sign in to the right account, or use the profile that belongs to this one."),
    )


async def _has_switched(run: RunContext, shown: str | None) -> bool:
    """Have the person sign in to the right account; False where nobody does."""
    prompt = Prompt(
        "wrong-account",
        _(
            "Signed in as “{shown}”, but the profile is for “{meant}”. Sign in to the right account.",
            shown=shown or "?",
            meant=run.profile.account.name,
        ),
        choices=done_or_stop(),
    )
    answer = await run.journal.ask(prompt)
    return answer is not None and answer.choice != STOP


async def _confirm_account(run: RunContext) -> None:
    name = run.profile.account.name
    prompt = Prompt(
        "confirm-account",
        _("This site shows no account name. Is the browser signed in to “{meant}”?", meant=name),
        choices=yes_or_no(),
    )
    not_confirmed = NeedsPerson(_("Nobody confirmed that the browser is signed in to “{meant}”.", meant=name))
    await run.journal.require_yes(prompt, not_confirmed)
    run.account.name = name
