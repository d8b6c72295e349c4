"""Pressing once: an effect is intended, let through the gate, and observed, in that order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from playwright.async_api import ElementHandle, Error, Locator, Request
from playwright.async_api import TimeoutError as NotInTime

from handrail.i18n import gettext as _
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, YES, done_or_stop, yes_or_no
from handrail.sites.locate import locate, read
from handrail.sites.model import At, Press
from handrail.walk.finding import find
from handrail.walk.identity import see_account
from handrail.walk.ledger import EffectWord, Entry, Key
from handrail.walk.network.gate import SAFE_METHODS, GateStage, Passage, is_effect
from handrail.walk.rehearsal import rehearsed
from handrail.walk.seeing import any_of, look_for_interruption
from handrail.walk.stops import NeedsPerson, SignedInAnew

if TYPE_CHECKING:
    from handrail.walk.trail import Trail

ANSWER_S = 75.0
"""How long a site may take to answer a press."""
LEAVES_S = 10.0
"""How long after a press its request may still come."""
WORDS_S = 8.0
"""How long after the answer the page may take to say what came of it."""
GRACE_S = 2.0
"""How long a message that already stood before the press is taken for the old one."""
CLICKABLE_MS = 5_000
"""How long a button may be covered or disabled before the person is asked."""
_POLL_S = 0.04
_WATCH_MS = 1_000
_CLIENT_ERROR, _UNAUTHORIZED, _SERVER_ERROR = 400, 401, 500
NOT_DONE = frozenset({"wrong-code", "expired", "exhausted", "locked", "refused", "throttled"})
"""The words by which a page says that it has not done what was asked."""

NOTHING_LEFT = "nothing-left"
SIGNED_OUT = "signed-out"
_MOST_SAID = 300
"""Characters of the site's own words that are kept."""
NOT_ARRIVED = "not-arrived"
NOT_PRESSED = "not-pressed"


@dataclass(frozen=True)
class Act:
    """An effect about to be had: what is pressed, for whom, and how it is told to the person."""

    name: str
    """save, request, enter-code and so on: which press of the place it is."""
    effect: EffectWord
    press: Press
    what: str
    """The button in the person's words."""
    question: str | None
    """What the person is asked to approve; None where typing the answer was the approval."""
    channel: str
    marketplace: str
    display: str
    """The value in its display form."""
    commitment: str
    by_hand: str | None = None
    """What the person is told where they type the code on the page too, and Handrail never sees it."""
    hands: Literal["certify"] | None = None
    """The kind of prompt by which the person presses it themselves, whatever the assist level."""
    lead: Callable[[], Awaitable[None]] | None = None
    """What is typed just before the press: some pages submit by themselves at the last character."""
    on_release: Callable[[], None] | None = None
    """Told as its request leaves: what it makes worthless is given up only then."""
    ready: Callable[[], Awaitable[None]] | None = None
    """Raises where the page has changed what was approved while the person read the question."""

    @property
    def label(self) -> str:
        """Which press it is, for whoever watches: save email."""
        return f"{self.name} {self.channel}"

    @property
    def facts(self) -> dict[str, str]:
        """What every event about it says."""
        return {
            "step": self.name,
            "effect": self.effect,
            "channel": self.channel,
            "marketplace": self.marketplace,
            "value": self.display,
            "commitment": self.commitment,
        }


@dataclass(frozen=True)
class Result:
    """What came of a press."""

    word: str | None
    """A word of the closed vocabulary, nothing-left, signed-out, or None where it cannot be told."""
    entry: Entry | None
    """Its line in the ledger; None where nothing was pressed at all."""
    until: str | None = None
    """What the page says about until when, as it stands there."""
    retry_after: str | None = None
    said: str | None = None
    """The site's own words for it, as they stand on the page."""


async def press_once(trail: Trail, key: Key, act: Act) -> Result:
    """Have the effect once, on the person's word, and say what the page made of it.

    An outcome that cannot be told leaves the ledger's entry open and released. In a rehearsal nothing
    is pressed: Rehearsed ends the place where it would have been.
    """
    trail.sure_of_account()
    await see_account(trail)
    target = await find(trail, act.press.press, what=act.what)
    await _clickable(trail, target, act)
    if trail.rehearsing:
        raise await rehearsed(trail, act, target)
    await _approved(trail, act)
    if act.ready is not None:
        await act.ready()
    entry = trail.ledger.intend(
        key,
        step=act.name,
        effect=act.effect,
        commitment=act.commitment,
        run=trail.recorder.bundle_id,
        replaces=act.on_release is not None,
    )
    _record(trail, "effect-intended", act)
    trail.tell("intended", act.label, act.effect)
    await trail.keep_session()
    before = await _standing(trail, act.press)
    passage = Passage(
        act.press.sends, partial(_heard, trail, act, entry), opens_clock=act.effect == "start-clock"
    )
    listen = partial(_note_unlisted, trail, act, passage, entry)
    trail.page.context.on("request", listen)
    trail.gate.open(passage)
    try:
        if act.lead is not None:
            await act.lead()
        if not passage.released:
            if not act.press.sends:
                # Nobody knows what this press sends, so it counts as sent before it is made.
                _release(trail, act, entry)
                passage.released = True
            word = await _pressed(trail, act, target, passage, entry, before)
            if word is not None:
                return _observed(trail, act, Result(word, entry))
        if not passage.released:
            word = await _left(trail, act.press, before, passage)
            if not passage.released and word is None and not passage.elsewhere:
                return _observed(trail, act, Result(NOTHING_LEFT, entry))
            if not passage.released:
                return _went_unseen(trail, act, passage, entry, word)
        if act.press.sends:
            async with asyncio.timeout(ANSWER_S):
                await passage.answered.wait()
        # What the answer leads to, the page of a clock, still belongs to this press.
        return _observed(trail, act, await _outcome(trail, act, before, passage, entry))
    except SignedInAnew:
        return _observed(trail, act, Result(SIGNED_OUT, entry))  # while the code was to be typed
    except TimeoutError:
        return Result(None, entry)
    finally:
        trail.gate.shut()
        trail.page.context.remove_listener("request", listen)


@asynccontextmanager
async def let_through(trail: Trail, press: Press) -> AsyncIterator[None]:
    """Let a press' requests pass as what they are by now: without effect, as the page has shown."""
    trail.gate.open(Passage(press.sends, lambda _stage: None, opens_clock=True))
    try:
        yield
    finally:
        trail.gate.shut()


def _note_unlisted(trail: Trail, act: Act, passage: Passage, entry: Entry, request: Request) -> None:
    """Note a request that may be the effect, going where the site file does not say, from any page."""
    sends = act.press.sends
    if not sends or is_effect(sends, request.method, request.url) or not _may_be_an_effect(trail, request):
        return
    if not passage.elsewhere and not passage.released:
        _count_as_sent(trail, act, entry)
    passage.elsewhere.append(f"{request.method} {urlsplit(request.url).path}")


def _may_be_an_effect(trail: Trail, request: Request) -> bool:
    """Whether it could change something: by its method, or as a page that leads elsewhere, as a form's may.

    Beacons are not counted: they are sent without a wish for an answer, so no form is.
    """
    if request.method not in SAFE_METHODS:
        return request.resource_type != "ping"
    if not request.is_navigation_request() or request.url == trail.page.url:
        return False
    try:
        return request.frame.parent_frame is None
    except Error:
        return True  # the first request of a page that opens just now


def _count_as_sent(trail: Trail, act: Act, entry: Entry) -> None:
    """Write at once that something left past the gate: a run killed now must not take it for unsent."""
    _release(trail, act, entry)
    _record(trail, "effect-released", act, why="not held: the site file's sends are out of date")
    trail.tell("released", act.label, act.effect)


def _went_unseen(trail: Trail, act: Act, passage: Passage, entry: Entry, word: str | None) -> Result:
    """Count as sent what left past the gate: the site has moved, and its file does not know yet."""
    if not passage.elsewhere:
        _count_as_sent(trail, act, entry)
    trail.say(
        _(
            "The site answered, but not where its file says ({sends}): it has probably moved. Mend `sends`.",
            sends=", ".join(act.press.sends),
        )
    )
    return _observed(trail, act, Result(word, entry))


def observe(trail: Trail, entry: Entry, word: str, *, why: str | None = None) -> None:
    """Write what came of an effect; a code that was asked for stays open until it is used or given up."""
    trail.ledger.observe(entry, word, stays_open=word == "code-asked", why=why)
    trail.recorder.event("effect-observed", step=entry.step, effect=entry.effect, outcome=word, why=why)
    trail.tell("observed", entry.step, entry.effect)


def _heard(trail: Trail, act: Act, entry: Entry, stage: GateStage) -> None:
    """Keep the ledger in step with the gate: *released* is on disk before the request may leave."""
    if stage == "releasing":
        _release(trail, act, entry)
        return
    if stage == "released":
        _record(trail, "effect-released", act)
    trail.tell(stage, act.label, act.effect)


def _release(trail: Trail, act: Act, entry: Entry) -> None:
    trail.ledger.release(entry)
    if act.on_release is not None:
        act.on_release()


def _observed(trail: Trail, act: Act, result: Result) -> Result:
    if result.word is not None and result.entry is not None:
        trail.ledger.observe(result.entry, result.word, stays_open=result.word == "code-asked")
    _record(trail, "effect-observed", act, outcome=result.word, said=result.said)
    trail.tell("observed", act.label, act.effect)
    return result


def _record(trail: Trail, kind: str, act: Act, **more: str | None) -> None:
    trail.recorder.event(kind, **act.facts, **more)


def _presses_itself(trail: Trail, act: Act) -> bool:
    return trail.assist == "press" and act.hands is None


async def _clickable(trail: Trail, target: Locator, act: Act) -> None:
    if act.lead is not None:
        return  # the button may wait for what is typed first
    try:
        if _presses_itself(trail, act):
            await target.click(trial=True, timeout=CLICKABLE_MS)
        else:
            # Even a trial is a real click to whatever listens first: the person's button is only looked at.
            handle = await target.element_handle(timeout=CLICKABLE_MS)
            await handle.wait_for_element_state("enabled", timeout=CLICKABLE_MS)
    except NotInTime:
        raise _not_pressable(act) from None


def _not_pressable(act: Act) -> NeedsPerson:
    what = act.what[:1].upper() + act.what[1:]
    return NeedsPerson(
        _("{what} cannot be pressed now: something covers it, or it is greyed out.", what=what),
        hint=_("Look at the page; nothing was sent."),
        ends_run=False,
    )


async def _approved(trail: Trail, act: Act) -> None:
    if act.question is None or not _presses_itself(trail, act):
        return
    answer = await trail.ask(Prompt("approve", act.question, choices=yes_or_no(), channel=act.channel))
    if answer is None or answer.choice != YES:
        raise NeedsPerson(
            _("Not approved, so not done: {question}", question=act.question),
            hint=_("Run the same command again when you want it done."),
            ends_run=answer is None,
        )


async def _pressed(
    trail: Trail,
    act: Act,
    target: Locator,
    passage: Passage,
    entry: Entry,
    before: dict[str, list[ElementHandle]],
) -> str | None:
    """Press, or have the person press; return nothing-left or not-arrived where nobody did."""
    if _presses_itself(trail, act):
        try:
            await target.click(timeout=CLICKABLE_MS)
        except NotInTime:
            # A form's press may outlast this while its request is on the way; else nothing was pressed.
            if not passage.released and not passage.elsewhere:
                _observed(trail, act, Result(NOTHING_LEFT, entry))
                raise _not_pressable(act) from None
        return None
    prompt = Prompt(
        act.hands or ("press" if act.by_hand is None else "type-code"),
        act.by_hand or (act.question if act.hands else None) or _by_yourself(act),
        choices=_choices(act),
        channel=act.channel,
        target=target,
    )
    seen = passage.left.wait() if act.press.sends else _said(trail, act.press, before)
    answer = await trail.ask(prompt, until=seen)
    if passage.left.is_set():
        return None
    if answer is not None and answer.choice == NOT_ARRIVED:
        return NOT_ARRIVED
    if answer is not None and answer.choice == NOT_PRESSED:
        trail.ledger.observe(entry, NOTHING_LEFT, why="the person says it was not pressed")
    if answer is None or answer.choice in (STOP, NOT_PRESSED):
        raise NeedsPerson(_("{what} was not pressed.", what=act.what[:1].upper() + act.what[1:]))
    return None


def _by_yourself(act: Act) -> str:
    return _("Press {what} on the page yourself.", what=act.what)


def _choices(act: Act) -> tuple[Choice, ...]:
    choices = list(done_or_stop())
    if act.by_hand is not None and act.hands is None:
        choices.append(Choice(NOT_ARRIVED, _("It has not arrived")))
    if not act.press.sends:
        # Nothing shows whether it was pressed: only the person's own word closes it as not done.
        choices.append(Choice(NOT_PRESSED, _("I did not press it; stop here")))
    return tuple(choices)


async def _said(trail: Trail, press: Press, before: dict[str, list[ElementHandle]]) -> None:
    """Wait until the page says what came of a press that only the person can see."""
    while await _new_word(trail, press, before) is None:
        await asyncio.sleep(_POLL_S)


async def _left(
    trail: Trail, press: Press, before: dict[str, list[ElementHandle]], passage: Passage
) -> str | None:
    """Wait for the request to leave; return what the page says where none was seen to leave.

    A page that refuses the value by itself sends nothing; any other answer means that something left.
    """
    deadline = time.monotonic() + LEAVES_S
    while not passage.released and time.monotonic() < deadline:
        word = await _new_word(trail, press, before)
        if word is not None and not passage.released:
            return None if word in ("refused", "throttled") else word
        await asyncio.sleep(_POLL_S)
    return None


async def _standing(trail: Trail, press: Press) -> dict[str, list[ElementHandle]]:
    """Mark the outcome messages that stand already: they outlive the page's redraw."""
    handles = await asyncio.gather(
        *(locate(trail.page, trail.site, seen.see).element_handles() for seen in press.outcomes.values())
    )
    return dict(zip(press.outcomes, handles, strict=True))


async def _outcome(
    trail: Trail, act: Act, before: dict[str, list[ElementHandle]], passage: Passage, entry: Entry
) -> Result:
    if passage.status == 429:
        return Result("throttled", entry, retry_after=passage.retry_after)
    started = time.monotonic()
    died = act.press.sends and passage.status is None
    patience = GRACE_S if died else WORDS_S
    while (spent := time.monotonic() - started) < patience:
        # Where nothing tells whether it was pressed, what stood there before is never the answer.
        late = spent > GRACE_S and bool(act.press.sends)
        word = await _word(trail, act.press, before, late=late)
        if word is not None:
            # Seen while a document was still arriving, a heading may hide the message above it.
            await trail.page.wait_for_load_state("domcontentloaded")
            word = await _word(trail, act.press, before, late=late) or word
        if word is not None and _fits(word, act.press, passage.status):
            seen = act.press.outcomes[word]  # type: ignore[index]  # the words are this dict's keys
            until = await read(trail.page, trail.site, seen.until) if seen.until else None
            said = await _words_of(trail, seen.see)
            return Result(word, entry, until=until, retry_after=passage.retry_after, said=said)
        met = await look_for_interruption(trail)
        if met is not None and met.kind in ("sign-in", "automation-refused", "throttled"):
            return Result(_meaning(met.kind, passage.status), entry)
        await (_something(trail, act.press, before) if word is None else asyncio.sleep(_POLL_S))
    return Result(None, entry)


async def _words_of(trail: Trail, see: At) -> str | None:
    """Read what the site says; of a whole paragraph, its beginning."""
    texts = await locate(trail.page, trail.site, see).all_inner_texts()
    said = " ".join(" ".join(dict.fromkeys(texts)).split())
    return said[:_MOST_SAID] or None


async def _something(trail: Trail, press: Press, before: dict[str, list[ElementHandle]]) -> None:
    """Wait a moment, or until the browser sees anything that may be an answer."""
    if any(before.values()):
        # What stands already would be seen at once, whether it is new or not.
        await asyncio.sleep(_POLL_S)
        return
    places = [seen.see for seen in press.outcomes.values()]
    places += [one.see for one in trail.site.interruptions]
    with suppress(NotInTime):
        await any_of(trail, places).first.wait_for(timeout=_WATCH_MS)


def _fits(word: str, press: Press, status: int | None) -> bool:
    """Whether the page's word and the answer's status say the same; where they do not, neither is believed.

    A gateway that gave up, or a connection that died, says nothing of what the site has done.
    """
    if not press.sends:
        return True  # nothing but the page tells
    if word in NOT_DONE:
        return status is not None and status < _SERVER_ERROR
    return status is None or status < _CLIENT_ERROR


def _meaning(met: str, status: int | None) -> str | None:
    """Say what an interruption after a press means: only the answer's own status says "not done"."""
    if met == "sign-in":
        return SIGNED_OUT if status == _UNAUTHORIZED else None
    denied = status is not None and _CLIENT_ERROR <= status < _SERVER_ERROR
    return met if denied else None


async def _word(
    trail: Trail, press: Press, before: dict[str, list[ElementHandle]], *, late: bool
) -> str | None:
    """Return what the page says anew; after a while, what stood there before may be the answer too."""
    word = await _new_word(trail, press, before)
    return await _new_word(trail, press, {}) if word is None and late else word


async def _new_word(trail: Trail, press: Press, before: dict[str, list[ElementHandle]]) -> str | None:
    """Return what the page says anew; None where it says that it was done and that it was not."""
    there = await asyncio.gather(
        *(_is_new(trail, seen.see, before.get(word, [])) for word, seen in press.outcomes.items())
    )
    words = [word for word, new in zip(press.outcomes, there, strict=True) if new]
    if len({word in NOT_DONE for word in words}) > 1:
        return None
    return words[0] if words else None


async def _is_new(trail: Trail, see: At, old: list[ElementHandle]) -> bool:
    found = locate(trail.page, trail.site, see)
    if not old:
        return await found.count() > 0
    try:
        return bool(await found.evaluate_all("(now, old) => now.some(one => !old.includes(one))", old))
    except Error:
        # The old messages' document is gone with a navigation: whatever stands now is new.
        return await found.count() > 0
