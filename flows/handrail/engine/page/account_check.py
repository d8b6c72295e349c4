"""Whose account is signed in: read from the page, or said by the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import NeedsPerson, WrongAccount
from handrail.engine.page.find_element import find
from handrail.operator import Prompt
from handrail.operator.prompts import STOP, YES, done_or_stop, yes_or_no
from handrail.sites.schema.locators import Value

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext


async def check_identity(run: RunContext) -> None:
    """Make sure the signed-in account is the one meant, before anything is filled."""
    meant = run.profile.account.name
    if run.site.identity is None:
        if run.account.name is None:
            await _confirm_account(run, meant)
        return
    if run.site.identity.page is not None:
        return
    await compare_identity(run)


async def see_account(run: RunContext) -> None:
    """Look once more before an effect, where this page names the account: it may have been switched."""
    where = run.site.identity
    if where is not None and where.page is None and await run.view.is_seen(where.at):
        await compare_identity(run)


async def compare_identity(run: RunContext) -> None:
    """Read the name the page shows and hold it against the profile's."""
    where = run.site.identity
    assert where is not None  # noqa: S101  # both callers have looked
    meant = run.profile.account.name
    run.account.name = None  # whoever it was, it is read anew
    await find(run, where.at, what=_("the signed-in account's name"))
    for _again in range(3):
        shown = await run.view.read(Value(at=where.at, take=where.take, match=where.match))
        if shown is not None and " ".join(shown.split()) == " ".join(meant.split()):
            run.account.name = " ".join(shown.split())
            return
        if shown is not None:
            run.redaction.add_other_account(shown)
        answer = await run.journal.ask(
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


async def _confirm_account(run: RunContext, meant: str) -> None:
    prompt = Prompt(
        "confirm-account",
        _("This site shows no account name. Is the browser signed in to “{meant}”?", meant=meant),
        choices=yes_or_no(),
    )
    answer = await run.journal.ask(prompt)
    if answer is None or answer.choice != YES:
        raise NeedsPerson(_("Nobody confirmed that the browser is signed in to “{meant}”.", meant=meant))
    run.account.name = meant
