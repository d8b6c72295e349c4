"""A slot: the one place where a site keeps a channel of the emergency contact, read, filled and verified."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from handrail.errors import BadInput
from handrail.i18n import gettext as _
from handrail.i18n import lazy
from handrail.outcome import Outcome
from handrail.sites.locate import is_verified, locate, read, read_all
from handrail.sites.model import ContactSlot, Press
from handrail.walk import asking, reconcile
from handrail.walk.arrive import open_page
from handrail.walk.finding import find
from handrail.walk.interruptions import settle
from handrail.walk.ledger import EffectWord, Key
from handrail.walk.press import NOT_ARRIVED, SIGNED_OUT, Act, Result, press_once
from handrail.walk.stops import FieldNotTaken, NeedsPerson, Stop

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.profile.channel import Channel
    from handrail.walk.trail import Trail

_MOST_CODES = 12
_LOOKS_APART_S = 0.2
_BUTTONS = {
    "save": lazy("the button that saves"),
    "request": lazy("the button that sends a code"),
    "enter-code": lazy("the button that submits the code"),
}


@dataclass(frozen=True)
class Shown:
    """What the page shows in a slot."""

    values: tuple[str, ...]
    verified: bool | None
    """None where the words of the status are none we know."""

    def matches(self, channel: Channel) -> bool:
        """Whether the page shows this channel's value."""
        return any(channel.matches(value) for value in self.values)


@dataclass(frozen=True)
class SlotReport:
    """How one channel ended."""

    channel: str
    marketplace: str
    state: str
    """verified or unverified, as last seen on the page; unseen where the run never came that far."""
    outcome: Outcome | None
    """None for another store's slot, which this run leaves alone."""
    stop: Stop | None = None


class Slot:
    """One channel on this site, from what is shown to what is proven."""

    def __init__(self, trail: Trail, where: ContactSlot, channel: Channel, reports: list[SlotReport]) -> None:
        self.trail = trail
        self.where = where
        self.channel = channel
        self.code_on_its_way = False
        self.tried: set[str] = set()
        """Codes typed in this run, in memory only: none of them goes twice."""
        self._reports = reports
        self._state = "unseen"
        self._arrived = False

    @property
    def key(self) -> Key:
        """Whose effects these are in the ledger."""
        trail = self.trail
        return Key(
            trail.site.id,
            " ".join((trail.identity or trail.profile.account.name).split()),
            trail.flow,
            self.channel.kind,
        )

    async def __aenter__(self) -> Self:
        """Begin with this channel."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Report how the channel ended; a stop that ends only this channel goes no further."""
        if error is None:
            self._report(Outcome.DONE)
        elif isinstance(error, asyncio.CancelledError):
            self._report(Outcome.NEEDS_PERSON)
            if self.code_on_its_way:
                self.trail.say(_("A code is on its way to {channel}.", channel=self.channel))
        elif isinstance(error, Stop):
            self._report(error.outcome, error)
            self.trail.left_open = True
            if not error.ends_run:
                await self.trail.capture(
                    _("{channel} stopped here", channel=self.channel), self._slug("stopped")
                )
                return True
        return False

    async def read(self) -> Shown:
        """Read the value and its state, once what an earlier run left open is settled."""
        if not self._arrived:
            await self._stand_on_page()
            await self._hide_what_is_shown()
            await self.trail.capture(_("{channel} as found", channel=self.channel), self._slug("found"))
            await reconcile.settle_open(self)
            self._arrived = True
        shown = await self.trail.step(f"read {self.channel.kind}", "read", self.look)
        if shown.verified is None:
            raise NeedsPerson(
                _(
                    "The page does not say in known words whether the {channel} is verified.",
                    channel=self.channel,
                ),
                hint=_("Look at the page; when its words have changed, add them to the site file."),
            )
        return shown

    async def settled(self) -> None:
        """Prove that there is nothing to do."""
        await self.trail.capture(
            _("{channel} is verified already", channel=self.channel), self._slug("verified")
        )

    async def put(self, channel: Channel, *, anew: bool = False) -> None:
        """Fill the value, read it back, and save it once the person approved.

        `anew` is for a site that sends a code only on saving, where the person agreed to another one.
        """
        self.channel = channel
        save = self.where.save
        asks = save is not None and save.asks_for_code and not anew
        if asks and await reconcile.code_on_its_way(self):
            self.code_on_its_way = True
            return
        before = await self.look()
        field = await self.trail.step(f"fill {channel.kind}", "fill", self._filled, policy="field")
        if save is None:
            return
        effect: EffectWord = "request-code" if save.asks_for_code else "submit"
        question = _("Save {channel}", channel=channel)
        result = await self.press("save", save, effect, question, ready=partial(self._kept, field))
        word = result.word or await reconcile.after_silence(self, result)
        if word == SIGNED_OUT:
            await self._back_on_page()
            await self.put(channel)
        elif word in ("code-asked", "saved"):
            self.code_on_its_way = word == "code-asked"
            self._changed(before)
            await self._read_back(word)
        else:
            await asking.not_taken(self, word, result)

    async def request_code(self) -> None:
        """Ask for a code, unless saving sent one or one is on its way already."""
        if self.code_on_its_way:
            return
        if await reconcile.code_on_its_way(self):
            self.code_on_its_way = True
            return
        await self.ask_site_for_code(self.where.request or self.where.save)

    async def enter_code(self) -> None:
        """Have the person's code accepted; a wrong one may be followed by another, never by itself."""
        for _again in range(_MOST_CODES):
            await self._stand_at_code()
            code = await asking.code(self)
            if code is None:
                continue
            result = await self._submit(code)
            if result.word == NOT_ARRIVED:
                await asking.missing(self)
                continue
            word = result.word or await reconcile.after_silence(self, result)
            if word == "accepted":
                await self._prove()
                return
            if word == SIGNED_OUT:
                self.tried.discard(code)
                await self._back_on_page()
            elif word == "expired":
                await asking.another_code(self, _("The code has expired."))
            elif word == "wrong-code":
                self.trail.tell("say", _("The site says the code is not right."))
            else:
                await asking.not_taken(self, word, result)
        raise NeedsPerson(_("Too many codes were typed for {channel}.", channel=self.channel), ends_run=False)

    async def ask_site_for_code(self, press: Press | None) -> None:
        """Press the button that makes the site send a code, once the person approved."""
        if press is None:
            raise NeedsPerson(
                _(
                    "This site sends a code only when the {channel} is saved anew.",
                    channel=self.channel,
                ),
                hint=_("Save it on the page yourself, then run the same command again."),
            )
        if press is self.where.save:
            await self._back_on_page()
            await self.put(self.channel, anew=True)
            return
        await self._leave_code_form()
        question = _("Ask for a code to be sent to {channel}", channel=self.channel)
        result = await self.press("request", press, "request-code", question)
        word = result.word or await reconcile.after_silence(self, result)
        if word == SIGNED_OUT:
            await self._back_on_page()
            await self.ask_site_for_code(press)
        elif word == "code-asked":
            self.code_on_its_way = True
        else:
            await asking.not_taken(self, word, result)

    async def look(self) -> Shown:
        """Read what stands on the page now, without judging it."""
        trail, where = self.trail, self.where
        values = await read_all(trail.page, trail.site, where.value)
        verified = await is_verified(trail.page, trail.site, where.status, values)
        if verified is not None:
            self._state = "verified" if verified else "unverified"
        return Shown(tuple(values), verified)

    async def press(
        self,
        name: str,
        press: Press,
        effect: EffectWord,
        question: str | None,
        *,
        lead: Callable[[], Awaitable[None]] | None = None,
        ready: Callable[[], Awaitable[None]] | None = None,
        by_hand: str | None = None,
    ) -> Result:
        """Have one effect of this slot, named for the ledger."""
        if await settle(self.trail):
            # Whatever came in between may have emptied the form: begin this step anew.
            return Result(SIGNED_OUT, None)
        act = Act(
            name=name,
            effect=effect,
            press=press,
            what=str(_BUTTONS[name]),
            question=question,
            channel=self.channel.kind,
            marketplace=self.trail.site.marketplace,
            display=self.channel.display,
            commitment=self.trail.ledger.commitment(self.channel.value),
            lead=lead,
            ready=ready,
            by_hand=by_hand,
        )
        return await self.trail.step(
            f"{name} {self.channel.kind}",
            act.effect,
            partial(press_once, self.trail, self.key, act),
        )

    async def _submit(self, code: str) -> Result:
        """Type the code and press; guide only: the person does both, and Handrail sees no code."""
        submit = self.where.code.submit
        if self.trail.assist == "guide":
            by_hand = _(
                "Type the code sent to {channel} on the page, and press the button there.",
                channel=self.channel,
            )
            return await self.press("enter-code", submit, "submit", None, by_hand=by_hand)
        self.tried.add(code)
        return await self.press("enter-code", submit, "submit", None, lead=partial(self._type_code, code))

    async def _type_code(self, code: str) -> None:
        """Type a code the person gave into its field; it is kept nowhere else."""
        self.trail.redaction.add_secret(code)
        await (await find(self.trail, self.where.code.field, what=_("the field for the code"))).fill(code)

    async def appears_in(self, field: Locator) -> None:
        """Wait until the person has typed this channel's value."""
        while not self.channel.matches(await field.input_value()):
            await asyncio.sleep(_LOOKS_APART_S)

    def another(self, channel: Channel) -> None:
        """Go on with another number: codes for the one before mean nothing any more."""
        self.trail.recorder.event(
            "change",
            channel=channel.kind,
            marketplace=self.trail.site.marketplace,
            before=self.channel.display,
            after=channel.display,
        )
        self.channel = channel
        self.code_on_its_way = False
        self.tried.clear()

    async def _wait_for_value(self) -> None:
        if self.where.status.at is not None:
            await find(
                self.trail,
                self.where.status.at,
                what=_("the state of the {channel}", channel=self.channel),
            )

    async def _filled(self) -> Locator:
        field = await self._field()
        typed = self.channel.typed(self.where.form)
        if self.trail.assist == "guide":
            await asking.typed_by_hand(self, field, typed)
        else:
            await field.fill(typed)
        await self._kept(field)
        return field

    async def _kept(self, field: Locator) -> None:
        """Make sure the field holds what was typed: an autocomplete may come late."""
        if not self.channel.matches(await field.input_value()):
            raise FieldNotTaken(
                _(
                    "The field for the {channel} does not keep what was typed; nothing was saved.",
                    channel=self.channel,
                ),
                hint=_("Look at the page: it may rewrite or refuse this value."),
            )

    async def _leave_code_form(self) -> None:
        close = self.where.code.close
        if close is not None and await locate(self.trail.page, self.trail.site, close).count():
            button = await find(self.trail, close, what=_("the button that closes the code's form"))
            await asking.revealed(self, button)

    async def _field(self) -> Locator:
        trail = self.trail
        await settle(trail)
        await self._leave_code_form()
        for at in self.where.reveal:
            if await locate(trail.page, trail.site, self.where.field).count():
                break
            button = await find(trail, at, what=_("the button that opens the field"))
            await asking.revealed(self, button)
        return await find(
            trail, self.where.field, what=_("the field for the {channel}", channel=self.channel)
        )

    async def _read_back(self, word: str) -> None:
        # A site that sends a code on saving shows the new value only once the code was entered.
        if word == "saved" and not (await self.look()).matches(self.channel):
            await open_page(self.trail, self.where.page)
            await self._wait_for_value()
            if not (await self.look()).matches(self.channel):
                raise NeedsPerson(
                    _(
                        "The site said it saved the {channel}, but the page shows another.",
                        channel=self.channel,
                    ),
                    hint=_("Look at the page before anything else is done there."),
                )

    async def _stand_at_code(self) -> None:
        """Bring the code's field to sight, wherever an interruption or a new run has left the page."""
        trail, where = self.trail, self.where
        await settle(trail)
        field = locate(trail.page, trail.site, where.code.field)
        if not await field.count():
            await open_page(trail, where.pending.page or where.page)
            if where.pending.open is not None and not await field.count():
                button = await find(
                    trail, where.pending.open, what=_("the button that opens the code's field")
                )
                await asking.revealed(self, button)
        await find(trail, where.code.field, what=_("the field for the code"))
        destination = where.code.destination
        shown = await read(trail.page, trail.site, destination) if destination else None
        if shown is not None and not self.channel.matches(shown):
            raise NeedsPerson(
                _(
                    "The page says the code went somewhere else than to the {channel}.",
                    channel=self.channel,
                ),
                hint=_("Do not enter a code; look at the value on the page first."),
            )

    async def _prove(self) -> None:
        await self._stand_on_page()
        shown = await self.look()
        if not (shown.verified and shown.matches(self.channel)):
            raise NeedsPerson(
                _(
                    "The site took the code, but the page does not show the {channel} as verified.",
                    channel=self.channel,
                ),
                hint=_("Look at the page; a site may need some minutes. Run the same command again later."),
            )
        for entry in self.trail.ledger.still_open(self.key):
            self.trail.ledger.observe(entry, "verified")
        await self.trail.capture(_("{channel} is verified", channel=self.channel), self._slug("verified"))

    async def _back_on_page(self) -> None:
        await open_page(self.trail, self.where.page)
        await self._wait_for_value()

    async def _stand_on_page(self) -> None:
        """Be on the slot's own page; where the browser stands there already, it is not loaded anew."""
        trail = self.trail
        anchor = trail.site.pages[self.where.page].anchor
        here = (
            trail.identity is not None
            and not trail.left_open
            and await locate(trail.page, trail.site, anchor).count() > 0
        )
        if not here or await settle(trail):
            await open_page(trail, self.where.page)
        await self._wait_for_value()

    def _changed(self, before: Shown) -> None:
        old = ", ".join(self._display(value) for value in before.values)
        self.trail.recorder.event(
            "change",
            channel=self.channel.kind,
            marketplace=self.trail.site.marketplace,
            before=old,
            after=self.channel.display,
        )

    def _display(self, value: str) -> str:
        try:
            return self.channel.with_value(value).display
        except BadInput:
            return _("a value that cannot be read")

    async def _hide_what_is_shown(self) -> None:
        """Keep the values that stand there now out of the evidence too, however the site writes them."""
        trail = self.trail
        for where in trail.site.contact.values():
            for value in await read_all(trail.page, trail.site, where.value):
                trail.redaction.add_shown(value)

    def _slug(self, what: str) -> str:
        return f"{self.channel.kind}-{what}"

    def _report(self, outcome: Outcome, stop: Stop | None = None) -> None:
        self._reports.append(
            SlotReport(self.channel.kind, self.trail.site.marketplace, self._state, outcome, stop)
        )
