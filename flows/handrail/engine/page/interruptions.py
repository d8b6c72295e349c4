"""What may stand between any two steps, and whose it is to deal with."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from playwright.async_api import Locator, TimeoutError

from handrail.core.i18n import gettext as _
from handrail.engine.context.page_view import LOOK_MS
from handrail.engine.context.stops import NeedsPerson, PageNotReady, SiteRefused, Waiting, in_minutes
from handrail.engine.repair.ask_element import ask_where
from handrail.operator import Prompt
from handrail.operator.prompts import STOP, YES, PromptKind, done_or_stop, yes_or_no
from handrail.sites.schema.locators import LocatorSpec
from handrail.sites.schema.pages import Interruption

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

_STAYS_GONE_S = 1.0
_SIGNED_IN_MS = 10_000
_LOOKS = 3


async def settle(run: RunContext) -> bool:
    """Deal with an interruption that has come up meanwhile; return whether there was one."""
    met = False
    while (sight := await run.view.interruption()) is not None:
        await deal(run, sight)
        met = True
    return met


async def deal(run: RunContext, met: Interruption) -> None:
    """Let the person deal with what stands in between."""
    run.journal.event("interruption", interruption=met.kind)
    if met.kind == "automation-refused":
        raise turned_away(run, met.kind)
    if met.kind == "unavailable":
        raise PageNotReady(_("{site} says it is unavailable.", site=run.site.name))
    if met.kind == "throttled":
        raise Waiting(
            _("{site} says there were too many requests.", site=run.site.name),
            until=in_minutes(15),
            until_from="handrail",
            ends_run=True,
        )
    dealing = {"sign-in": _sign_in, "two-step": _sign_in, "banner": _banner}.get(met.kind, _by_hand)
    with run.fence.opened_for(met) if run.fence else nullcontext():
        await dealing(run, met)


def turned_away(run: RunContext, why: str) -> SiteRefused:
    """Lock the site, which wants no automated access, and return the reason to stop."""
    run.ledger.lock_site(run.site.id, why)
    return SiteRefused(
        _(
            "{site} says that it does not want automated access; nothing was retried.",
            site=run.site.name,
        ),
        hint=_(
            "Handrail stays away until you run `handrail site unlock {site}`.",
            site=run.site.id,
        ),
    )


async def _sign_in(run: RunContext, met: Interruption) -> None:
    """The person signs in on the page; a rehearsal's script has the fields filled for it."""
    text = (
        _("Sign in to {site} in the browser window.", site=run.site.name)
        if met.kind == "sign-in"
        else _(
            "{site} asks for its sign-in code. Enter it in the browser window.",
            site=run.site.name,
        )
    )
    for _again in range(3):
        kind: PromptKind = "sign-in" if met.kind == "sign-in" else "two-step"
        prompt = Prompt(kind, text, choices=done_or_stop(), fields=tuple(met.fields), secret=True)
        answer = await run.journal.ask(prompt, until=_gone_for_good(run, met.see))
        if answer is None or answer.choice == STOP:
            break
        for name, value in answer.fields.items():
            await (await _the_one(run, met.fields[name], _("the sign-in's field"))).fill(value)
        if answer.fields and met.press is not None:
            await (await _the_one(run, met.press, _("the sign-in's button"))).click()
        if await _has_gone(run, met.see):
            # Whoever signed in may be somebody else: the account is looked at anew.
            run.account.forget()
            run.journal.event("interruption-over", interruption=met.kind)
            return
    raise NeedsPerson(
        _("{site} waits for somebody to sign in.", site=run.site.name),
        hint=_("Run the same command again when you can sign in."),
    )


async def _banner(run: RunContext, met: Interruption) -> None:
    prompt = Prompt(
        "banner", _("A banner covers the page. May Handrail press its button?"), choices=yes_or_no()
    )
    answer = await run.journal.ask(prompt, until=_gone(run, met.see))
    if answer is not None and answer.choice == YES and met.press is not None:
        await (await _the_one(run, met.press, _("the banner's button"))).click()
        await _has_gone(run, met.see)
    elif await run.view.is_seen(met.see):
        raise NeedsPerson(_("A banner covers the page and nobody said what to do with it."))


async def _by_hand(run: RunContext, met: Interruption) -> None:
    prompt = Prompt(
        "captcha",
        _(
            "{site} wants to see that you are a person. Solve it in the browser window.",
            site=run.site.name,
        ),
        choices=done_or_stop(),
    )
    answer = await run.journal.ask(prompt, until=_gone(run, met.see))
    if answer is None or answer.choice == STOP or not await _has_gone(run, met.see):
        raise NeedsPerson(
            _("{site} shows a puzzle that only a person may solve.", site=run.site.name),
            hint=_("Run the same command again with a visible browser window and solve it there."),
        )


async def _gone(run: RunContext, see: LocatorSpec, timeout_ms: float = 0) -> None:
    await run.view.locate(see).first.wait_for(state="hidden", timeout=timeout_ms)


async def _gone_for_good(run: RunContext, see: LocatorSpec) -> None:
    """Wait until it is gone and stays gone: some sites ask name and password on two pages."""
    seen = True
    while seen:
        await _gone(run, see)
        await run.pauses.sleep(_STAYS_GONE_S)
        seen = await run.view.is_seen(see)


async def _has_gone(run: RunContext, see: LocatorSpec) -> bool:
    try:
        await _gone(run, see, _SIGNED_IN_MS)
    except TimeoutError:
        return False
    return True


async def _the_one(run: RunContext, at: LocatorSpec, what: str) -> Locator:
    for _again in range(_LOOKS):
        found = run.view.locate(at)
        with suppress(TimeoutError):
            await found.first.wait_for(timeout=LOOK_MS)
        if await found.count() == 1:
            return found
        await ask_where(run, at, what)
    raise NeedsPerson(_("{what} could not be found.", what=what[:1].upper() + what[1:]))
