"""What may come up between any two steps: signing in, a banner, a puzzle; a person deals with it."""

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
_SIGN_INS = 3


async def settle(run: RunContext) -> bool:
    """Deal with any interruption that has come up meanwhile; return whether there was one."""
    was_interrupted = False
    while (interruption := await run.view.interruption()) is not None:
        await deal(run, interruption)
        was_interrupted = True
    return was_interrupted


async def deal(run: RunContext, interruption: Interruption) -> None:
    """Let the person deal with what stands in between; stop where nobody may."""
    kind = interruption.kind
    run.journal.event("interruption", interruption=kind)
    if kind == "automation-refused":
        raise turned_away(run, kind)
    if kind == "unavailable":
        raise PageNotReady(_("{site} says it is unavailable.", site=run.site.name))
    if kind == "throttled":
        raise Waiting(
            _("{site} says there were too many requests.", site=run.site.name),
            until=in_minutes(15),
            until_from="handrail",
            ends_run=True,
        )
    handler = {"sign-in": _sign_in, "two-step": _sign_in, "banner": _close_banner}.get(kind, _have_solved)
    with run.fence.opened_for(interruption) if run.fence else nullcontext():
        await handler(run, interruption)


def turned_away(run: RunContext, why: str) -> SiteRefused:
    """Lock the site, which wants no automated access, and return the reason to stop."""
    run.ledger.lock_site(run.site.id, why)
    return SiteRefused(
        _("{site} says that it does not want automated access; nothing was retried.", site=run.site.name),
        hint=_("Handrail stays away until you run `handrail site unlock {site}`.", site=run.site.id),
    )


async def _sign_in(run: RunContext, interruption: Interruption) -> None:
    """Have the person sign in on the page; a rehearsal's script has the fields filled for it."""
    prompt = _sign_in_prompt(run, interruption)
    for _attempt in range(_SIGN_INS):
        answer = await run.journal.ask(prompt, until=_wait_gone_for_good(run, interruption.see))
        if answer is None or answer.choice == STOP:
            break
        for name, value in answer.fields.items():
            field = await _find_only(run, interruption.fields[name], _("the sign-in's field"))
            await field.fill(value)
        if answer.fields and interruption.press is not None:
            await (await _find_only(run, interruption.press, _("the sign-in's button"))).click()
        if await _has_gone(run, interruption.see):
            # Whoever signed in may be somebody else: the account is looked at anew.
            run.account.forget()
            run.journal.event("interruption-over", interruption=interruption.kind)
            return
    raise NeedsPerson(
        _("{site} waits for somebody to sign in.", site=run.site.name),
        hint=_("Run the same command again when you can sign in."),
    )


def _sign_in_prompt(run: RunContext, interruption: Interruption) -> Prompt:
    kind: PromptKind = "sign-in" if interruption.kind == "sign-in" else "two-step"
    text = (
        _("Sign in to {site} in the browser window.", site=run.site.name)
        if kind == "sign-in"
        else _("{site} asks for its sign-in code. Enter it in the browser window.", site=run.site.name)
    )
    return Prompt(kind, text, choices=done_or_stop(), fields=tuple(interruption.fields), secret=True)


async def _close_banner(run: RunContext, interruption: Interruption) -> None:
    """Press a banner's button with the person's word, or have them close it."""
    prompt = Prompt(
        "banner", _("A banner covers the page. May Handrail press its button?"), choices=yes_or_no()
    )
    answer = await run.journal.ask(prompt, until=_wait_gone(run, interruption.see))
    if answer is not None and answer.choice == YES and interruption.press is not None:
        await (await _find_only(run, interruption.press, _("the banner's button"))).click()
        await _has_gone(run, interruption.see)
    elif await run.view.is_seen(interruption.see):
        raise NeedsPerson(_("A banner covers the page and nobody said what to do with it."))


async def _have_solved(run: RunContext, interruption: Interruption) -> None:
    """Have the person solve what only a person may."""
    prompt = Prompt(
        "captcha",
        _("{site} wants to see that you are a person. Solve it in the browser window.", site=run.site.name),
        choices=done_or_stop(),
    )
    not_solved = NeedsPerson(
        _("{site} shows a puzzle that only a person may solve.", site=run.site.name),
        hint=_("Run the same command again with a visible browser window and solve it there."),
    )
    await run.journal.require(prompt, not_solved, until=_wait_gone(run, interruption.see))
    if not await _has_gone(run, interruption.see):
        raise not_solved


async def _wait_gone(run: RunContext, see: LocatorSpec, timeout_ms: float = 0) -> None:
    await run.view.locate(see).first.wait_for(state="hidden", timeout=timeout_ms)


async def _wait_gone_for_good(run: RunContext, see: LocatorSpec) -> None:
    """Wait until it is gone and stays gone: some sites ask name and password on two pages."""
    is_seen = True
    while is_seen:
        await _wait_gone(run, see)
        await run.pauses.sleep(_STAYS_GONE_S)
        is_seen = await run.view.is_seen(see)


async def _has_gone(run: RunContext, see: LocatorSpec) -> bool:
    try:
        await _wait_gone(run, see, _SIGNED_IN_MS)
    except TimeoutError:
        return False
    return True


async def _find_only(run: RunContext, at: LocatorSpec, what: str) -> Locator:
    """Return the one visible element of an interruption; where there is none or more, have it shown."""
    for _attempt in range(_LOOKS):
        element = run.view.locate(at)
        with suppress(TimeoutError):
            await element.first.wait_for(timeout=LOOK_MS)
        if await element.count() == 1:
            return element
        await ask_where(run, at, what)
    raise NeedsPerson(_("{what} could not be found.", what=what[:1].upper() + what[1:]))
