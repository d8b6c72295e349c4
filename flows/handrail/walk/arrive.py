"""Standing on the right page: navigation, whatever stands in between, and whose account it is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial, reduce
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.async_api import Error, Locator, Response, TimeoutError

from handrail.i18n import gettext as _
from handrail.i18n import together
from handrail.operator import Prompt
from handrail.operator.prompts import STOP, YES, PromptKind, done_or_stop, yes_or_no
from handrail.sites.locate import candidates, locate, read
from handrail.sites.model import At, Interruption, Value
from handrail.walk.stops import NeedsPerson, PageNotReady, SiteRefused, Waiting, in_minutes

if TYPE_CHECKING:
    from handrail.walk.trail import Trail

LOOK_MS = 6_000
"""How long a loaded page may take to show anything we know."""
NAVIGATION_MS = 45_000
_BUSY = {500, 502, 503, 504}
_MOST_ROUNDS = 10
_STAYS_GONE_S = 1.0
_AFTERWARDS_MS = 4_000
"""How long a page may take to come after an interruption was dealt with."""

HERE = "here"
ELSEWHERE = "elsewhere"
Sight = str | Interruption | None


async def open_page(trail: Trail, name: str) -> bool:
    """Navigate to a page and stand on it; return False where the site redirects instead of showing it."""
    await trail.step(f"open {name}", "read", partial(_navigate, trail, name), policy="page")
    there = await stand_on(trail, name)
    where = trail.site.identity
    if there and where is not None and where.page not in (None, name) and trail.identity is None:
        await open_page(trail, where.page)
        await compare_identity(trail)
        return await open_page(trail, name)
    return there


async def stand_on(trail: Trail, name: str) -> bool:
    """Deal with whatever stands between here and the page, until its anchor is seen."""
    for _round in range(_MOST_ROUNDS):
        sight = await look(trail, name)
        if sight in (HERE, ELSEWHERE):
            await check_identity(trail)
            return sight == HERE
        if isinstance(sight, Interruption) and sight.kind == "unavailable":
            await trail.step(f"open {name}", "read", partial(_navigate, trail, name), policy="page")
        elif isinstance(sight, Interruption):
            await deal(trail, sight)
            if await look(trail, name, patience_ms=_AFTERWARDS_MS) is None:
                await trail.step(f"open {name}", "read", partial(_navigate, trail, name), policy="page")
        else:
            await _unknown_page(trail, name)
    raise NeedsPerson(_("The site keeps showing something else instead of the page {page}.", page=name))


async def settle(trail: Trail) -> bool:
    """Deal with an interruption that has come up meanwhile; return whether there was one."""
    met = False
    while (sight := await look_for_interruption(trail)) is not None:
        await deal(trail, sight)
        met = True
    return met


async def look(trail: Trail, name: str, *, patience_ms: float = LOOK_MS) -> Sight:
    """Say what the browser shows: an interruption, the page, where it redirects, or nothing known."""
    check_host(trail)
    page = trail.site.pages[name]
    known = [page.anchor, *page.elsewhere, *(one.see for one in trail.site.interruptions)]
    try:
        await any_of(trail, known).first.wait_for(timeout=patience_ms)
    except TimeoutError:
        check_host(trail)
        return None
    check_host(trail)
    seen = await asyncio.gather(*(_seen(trail, at) for at in known))
    after_elsewhere = 1 + len(page.elsewhere)
    for interruption, there in zip(trail.site.interruptions, seen[after_elsewhere:], strict=True):
        if there:
            return interruption
    return HERE if seen[0] else ELSEWHERE if any(seen[1:after_elsewhere]) else None


def check_host(trail: Trail) -> None:
    """Stop where the browser stands on a host the site file does not name."""
    host = urlsplit(trail.page.url).hostname
    if host and host not in trail.site.hosts:
        raise NeedsPerson(
            _("The site led to {host}, which is not one of its known hosts.", host=host),
            hint=_(
                "Look at the address before typing anything there; if it is right, add it to the site file."
            ),
            where=host,
        )


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


async def compare_identity(trail: Trail) -> None:
    """Read the name the page shows and hold it against the profile's."""
    where = trail.site.identity
    assert where is not None  # noqa: S101  # both callers have looked
    meant = trail.profile.account.name
    await find(trail, where.at, what=_("the signed-in account's name"))
    for _again in range(3):
        shown = await read(trail.page, trail.site, Value(at=where.at, take=where.take, match=where.match))
        if shown is not None and " ".join(shown.split()) == " ".join(meant.split()):
            trail.identity = shown
            return
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
    raise NeedsPerson(
        _(
            "The page shows another account than the profile's “{meant}”; nothing was filled.",
            meant=meant,
        ),
        hint=_("Sign out, sign in to the right account, or use the profile that belongs to this one."),
    )


async def find(trail: Trail, at: At, *, what: str) -> Locator:
    """Return the one visible element; where there is none or more, ask, and never guess."""
    found = locate(trail.page, trail.site, at)
    for _again in range(3):
        try:
            await found.first.wait_for(timeout=LOOK_MS)
        except TimeoutError:
            if await settle(trail):
                continue
        if await found.count() == 1:
            return found
        near = await candidates(trail.page, trail.site, at)
        moved = together(
            _("{what} is not where the site file says.", what=what[:1].upper() + what[1:]),
            _("Closest on the page: {names}.", names=", ".join(map(str, near))) if near else "",
        )
        answer = await trail.ask(Prompt("label-changed", moved, choices=done_or_stop()))
        if answer is None or answer.choice != "done":
            raise NeedsPerson(
                moved,
                hint=_("Compare the page with the site file and mend the label there."),
            )
    raise NeedsPerson(_("{what} could not be found.", what=what[:1].upper() + what[1:]))


async def deal(trail: Trail, met: Interruption) -> None:
    """Let the person deal with what stands in between."""
    trail.recorder.event("interruption", interruption=met.kind)
    if met.kind == "automation-refused":
        trail.ledger.lock_site(trail.site.id, met.kind)
        raise SiteRefused(
            _(
                "{site} says that it does not want automated access; nothing was retried.",
                site=trail.site.name,
            ),
            hint=_(
                "Handrail stays away until you run `handrail site unlock {site}`.",
                site=trail.site.id,
            ),
        )
    if met.kind == "unavailable":
        raise PageNotReady(_("{site} says it is unavailable.", site=trail.site.name))
    if met.kind == "throttled":
        raise Waiting(
            _("{site} says there were too many requests.", site=trail.site.name),
            until=in_minutes(15),
            until_from="handrail",
            ends_run=True,
        )
    await {"sign-in": _sign_in, "two-step": _sign_in, "banner": _banner}.get(met.kind, _by_hand)(trail, met)


async def _navigate(trail: Trail, name: str) -> None:
    url = trail.site.base + trail.site.pages[name].url
    try:
        response = await trail.page.goto(url, wait_until="load", timeout=NAVIGATION_MS)
    except Error as error:
        reason = error.message.splitlines()[0]
        raise PageNotReady(
            _("{url} could not be opened: {reason}.", url=url, reason=reason),
            hint=_("See whether the site opens in your own browser, then run the same command again."),
            where=url,
        ) from None
    if response is not None:
        trail.recorder.event("navigate", page=name, url=trail.page.url.split("?")[0], status=response.status)
        _check_status(trail, response)


def _check_status(trail: Trail, response: Response) -> None:
    if response.status in _BUSY:
        raise PageNotReady(
            _(
                "{site} answered {status}: it is not available now.",
                site=trail.site.name,
                status=response.status,
            ),
            hint=_("Nothing was sent; run the same command again later."),
            where=response.url.split("?")[0],
        )
    if response.status == 429:
        raise Waiting(
            _("{site} says there were too many requests.", site=trail.site.name),
            until=retry_after(response.headers.get("retry-after")) or in_minutes(15),
            until_from="site" if response.headers.get("retry-after") else "handrail",
            ends_run=True,
        )


def retry_after(value: str | None) -> datetime | None:
    """Read a Retry-After header: seconds or an HTTP date (RFC 9110, 10.2.3); None for neither."""
    if value is None:
        return None
    if value.strip().isdigit():
        return datetime.now(UTC) + timedelta(seconds=int(value))
    try:
        return parsedate_to_datetime(value)
    except ValueError:
        return None


def any_of(trail: Trail, places: list[At]) -> Locator:
    """Everything on the page that any of these describe."""
    return reduce(Locator.or_, (locate(trail.page, trail.site, at) for at in places))


async def _seen(trail: Trail, at: At) -> bool:
    return await locate(trail.page, trail.site, at).count() > 0


async def look_for_interruption(trail: Trail) -> Interruption | None:
    """Return what stands in between right now, without waiting."""
    check_host(trail)
    if not trail.site.interruptions:
        return None
    seen = await asyncio.gather(*(_seen(trail, one.see) for one in trail.site.interruptions))
    return next((one for one, there in zip(trail.site.interruptions, seen, strict=True) if there), None)


async def _gone(trail: Trail, see: At, timeout_ms: float = 0) -> None:
    await locate(trail.page, trail.site, see).first.wait_for(state="hidden", timeout=timeout_ms)


async def _gone_for_good(trail: Trail, see: At) -> None:
    """Wait until it is gone and stays gone: some sites ask name and password on two pages."""
    seen = True
    while seen:
        await _gone(trail, see)
        await asyncio.sleep(_STAYS_GONE_S)
        seen = await _seen(trail, see)


async def _sign_in(trail: Trail, met: Interruption) -> None:
    """The person signs in on the page; a rehearsal's script has the fields filled for it."""
    text = (
        _("Sign in to {site} in the browser window.", site=trail.site.name)
        if met.kind == "sign-in"
        else _(
            "{site} asks for its sign-in code. Enter it in the browser window.",
            site=trail.site.name,
        )
    )
    for _again in range(3):
        kind: PromptKind = "sign-in" if met.kind == "sign-in" else "two-step"
        prompt = Prompt(kind, text, choices=done_or_stop(), fields=tuple(met.fields), secret=True)
        answer = await trail.ask(prompt, until=_gone_for_good(trail, met.see))
        if answer is None or answer.choice == STOP:
            break
        for name, value in answer.fields.items():
            await (await find(trail, met.fields[name], what=_("the sign-in's field"))).fill(value)
        if answer.fields and met.press is not None:
            await (await find(trail, met.press, what=_("the sign-in's button"))).click()
        if await _has_gone(trail, met.see):
            # Whoever signed in may be somebody else: the account is looked at anew.
            trail.session_kept, trail.identity = False, None
            trail.recorder.event("interruption-over", interruption=met.kind)
            return
    raise NeedsPerson(
        _("{site} waits for somebody to sign in.", site=trail.site.name),
        hint=_("Run the same command again when you can sign in."),
    )


async def _has_gone(trail: Trail, see: At) -> bool:
    try:
        await _gone(trail, see, NAVIGATION_MS if trail.assist == "guide" else 10_000)
    except TimeoutError:
        return False
    return True


async def _banner(trail: Trail, met: Interruption) -> None:
    prompt = Prompt(
        "banner", _("A banner covers the page. May Handrail press its button?"), choices=yes_or_no()
    )
    answer = await trail.ask(prompt, until=_gone(trail, met.see))
    if answer is not None and answer.choice == YES and met.press is not None:
        await (await find(trail, met.press, what=_("the banner's button"))).click()
        await _has_gone(trail, met.see)
    elif await _seen(trail, met.see):
        raise NeedsPerson(_("A banner covers the page and nobody said what to do with it."))


async def _by_hand(trail: Trail, met: Interruption) -> None:
    prompt = Prompt(
        "captcha",
        _(
            "{site} wants to see that you are a person. Solve it in the browser window.",
            site=trail.site.name,
        ),
        choices=done_or_stop(),
    )
    answer = await trail.ask(prompt, until=_gone(trail, met.see))
    if answer is None or answer.choice == STOP or not await _has_gone(trail, met.see):
        raise NeedsPerson(
            _("{site} shows a puzzle that only a person may solve.", site=trail.site.name),
            hint=_("Run the same command again with a visible browser window and solve it there."),
        )


async def _unknown_page(trail: Trail, name: str) -> None:
    title = await trail.page.title()
    wanted = trail.site.pages[name].anchor
    prompt = Prompt(
        "unknown-page",
        _(
            "This page is not in the site file: “{title}”. Look at it, and bring the browser past it.",
            title=title,
        ),
        choices=done_or_stop(),
    )
    answer = await trail.ask(prompt, until=locate(trail.page, trail.site, wanted).first.wait_for(timeout=0))
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(
            _("The site shows a page Handrail does not know: “{title}”.", title=title),
            hint=_("Read it in your own browser; when it is dealt with, run the same command again."),
            where=trail.page.url.split("?")[0],
        )
    if await look(trail, name, patience_ms=_AFTERWARDS_MS) is None:
        await trail.step(f"open {name}", "read", partial(_navigate, trail, name), policy="page")


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
