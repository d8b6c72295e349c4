"""A slot: the one place where a site keeps a channel of the emergency contact, read, filled and verified."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.engine.context.ledger import EffectWord, Entry
from handrail.engine.context.results import VerificationReport
from handrail.engine.context.stops import FieldNotTaken, NeedsPerson, ReadingChanged, SessionChanged
from handrail.engine.effects.effect import SIGNED_OUT, EffectResult
from handrail.engine.page.find_element import find
from handrail.engine.page.interruptions import settle
from handrail.engine.page.navigation import open_page
from handrail.engine.page.stable_read import read_until_stable, watch
from handrail.engine.repair.ask_meaning import ask_what_it_means
from handrail.engine.verifications import code_verification, questions, reconcile
from handrail.engine.verifications.contact import code_delivery, recovery
from handrail.engine.verifications.reconcile import Uncertainty
from handrail.sites.schema.actions import CodeEntry, Press
from handrail.sites.schema.contact import ContactSlot

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.engine.context.run_context import RunContext
    from handrail.profile.channel import Channel

_LOOKS_APART_S = 0.2
_MOST_ROUNDS = 6


@dataclass(frozen=True)
class Shown:
    """What the page shows in a slot."""

    values: tuple[str, ...]
    verified: bool | None
    """None where the words of the status are none we know."""

    def matches(self, channel: Channel) -> bool:
        """Whether the page shows this channel's value."""
        return any(channel.matches(value) for value in self.values)


async def look_at(run: RunContext, where: ContactSlot) -> Shown:
    """Read what stands in a slot now, without judging it."""
    values = await run.view.read_all(where.value)
    state = await run.view.state(where.status, values)
    return Shown(tuple(values), None if state is None else state == "verified")


async def watch_all(run: RunContext, page: str) -> None:
    """Begin the quiet time of everything that will be concluded from this page, for every channel on it."""
    here = {kind: where for kind, where in run.site.contact.items() if where.page == page}
    await asyncio.gather(
        *(watch(run, kind, partial(look_at, run, where)) for kind, where in here.items()),
        *(
            watch(run, code_delivery.pending_of(kind), run.view.locate(where.pending.see).count)
            for kind, where in here.items()
            if where.pending.page is None
        ),
    )


class ContactVerification(code_verification.CodeVerification):
    """One channel on this site, from what is shown to what is proven."""

    def __init__(
        self, run: RunContext, where: ContactSlot, channel: Channel, reports: list[VerificationReport]
    ) -> None:
        super().__init__(run, name=channel.kind, page=where.page, reports=reports)
        self.where = where
        self.channel = channel
        self.code_on_its_way = False

    @property
    def label(self) -> str:
        """The channel as a person calls it, masked."""
        return str(self.channel)

    @property
    def display(self) -> str:
        """The channel's masked form."""
        return self.channel.display

    @property
    def commitment_value(self) -> str:
        """The channel's canonical form."""
        return self.channel.value

    @property
    def code(self) -> CodeEntry:
        """Where the site takes this channel's code."""
        return self.where.code

    def stopping(self) -> None:
        """Say that a code is on its way, where one is."""
        if self.code_on_its_way:
            self.run.journal.say(_("A code is on its way to {channel}.", channel=self.channel))

    async def read(self) -> Shown:
        """Read the value and its state, once what an earlier run left open is settled."""
        await self.arrive()
        shown = await self.run.journal.step(f"read {self.channel.kind}", "read", self._look_twice)
        if shown.verified is None and await ask_what_it_means(self.run, self.where.status, self.label):
            shown = await self.look()
        if shown.verified is None:
            raise self.unknown_state()
        return shown

    async def settled(self) -> None:
        """Prove that there is nothing to do."""
        await self.run.captures.take(
            _("{channel} is verified already", channel=self.channel), self.slug("verified")
        )

    async def put(self, channel: Channel, *, anew: bool = False) -> None:
        """Fill the value, read it back, and save it once the person approved.

        `anew` is for a site that sends a code only on saving, where the person agreed to another one.
        """
        self.channel = channel
        save = self.where.save
        asks = save is not None and save.asks_for_code and not anew
        if asks and await recovery.code_on_its_way(self):
            self.code_on_its_way = True
            return
        for _again in range(_MOST_ROUNDS):
            if await self._saved(save):
                return
            await self.back()  # signed in anew: the form is empty again
        raise NeedsPerson(_("The site keeps signing out instead of saving."), ends_run=False)

    async def _saved(self, save: Press | None) -> bool:
        """Fill, and save once; False where the site signed out instead."""
        channel, before = self.channel, await self.look()
        try:
            field = await self.run.journal.step(f"fill {channel.kind}", "fill", self._filled, policy="field")
        except SessionChanged:
            return False
        if save is None:
            return True
        effect: EffectWord = "request-code" if save.asks_for_code else "submit"
        question = _("Save {channel}", channel=channel)
        result = await self.press(
            "save",
            save,
            effect,
            question,
            what=_("the button that saves"),
            ready=partial(self._kept, field),
        )
        word = result.word or await reconcile.after_silence(self, result)
        if word == SIGNED_OUT:
            return False
        if word in ("code-asked", "saved"):
            self.code_on_its_way = word == "code-asked"
            self.changed(", ".join(map(self._display, before.values)), self.channel.display)
            await self._read_back(word)
        else:
            await self.not_taken(word, result)
        return True

    async def request_code(self) -> None:
        """Ask for a code, unless saving sent one or one is on its way already."""
        for _again in range(_MOST_ROUNDS):
            self.code_on_its_way = self.code_on_its_way or await recovery.code_on_its_way(self)
            if self.code_on_its_way:
                return
            with suppress(ReadingChanged):
                await self.ask_site_for_code(
                    self.where.request or self.where.save,
                    ready=partial(code_delivery.confirm_none_pending, self),
                )
                return
        raise NeedsPerson(_("The page keeps changing; no code was asked for."), ends_run=False)

    async def ask_site_for_code(
        self, press: Press | None, *, again: int = 1, ready: Callable[[], Awaitable[None]] | None = None
    ) -> None:
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
            await self.back()
            await self.put(self.channel, anew=True)
            return
        if not await self.unless_signed_in(self._leave_code_form()):
            await self.back()
        question = _("Ask for a code to be sent to {channel}", channel=self.channel)
        result = await self.press(
            "request",
            press,
            "request-code",
            question,
            what=_("the button that sends a code"),
            ready=ready,
        )
        word = result.word or await reconcile.after_silence(self, result)
        if word == SIGNED_OUT:
            if again >= _MOST_ROUNDS:
                raise NeedsPerson(
                    _("The site keeps asking to sign in; no code was asked for."), ends_run=False
                )
            await self.back()
            await self.ask_site_for_code(press, again=again + 1, ready=ready)
        elif word == "code-asked":
            self.code_on_its_way = True
        else:
            await self.not_taken(word, result)

    async def ask_code(self) -> str | None:
        """Ask the person for the code."""
        return await recovery.code(self)

    async def code_missing(self) -> None:
        """Wait, or another code, or another number: as the person says."""
        await recovery.missing(self)

    async def code_expired(self, reason: str) -> None:
        """Have another code sent, once the person agreed."""
        await recovery.another_code(self, reason)

    async def not_taken(self, word: str, result: EffectResult) -> None:
        """Offer what is left where the site will not send a code there; else stop."""
        if word == "refused":
            await recovery.refused(self)
        else:
            await super().not_taken(word, result)

    async def infer_outcome(self, entry: Entry) -> str | None:
        """Say what came of an effect as the page shows it now, or None where it cannot tell."""
        return await code_delivery.infer_outcome(self, entry)

    def uncertainty(self, entry: Entry) -> Uncertainty:
        """Return what the person is asked about an effect that the page cannot tell."""
        return code_delivery.uncertainty(self, entry)

    async def look(self) -> Shown:
        """Read what stands on the page now, without judging it."""
        shown = await look_at(self.run, self.where)
        if shown.verified is not None:
            self.state = "verified" if shown.verified else "unverified"
        return shown

    async def _look_twice(self) -> Shown:
        """Read it; what is not simply right, or right by silence alone, once the page stands still."""
        shown = await self.look()
        silent = self.where.status.unverified_when is not None
        right = shown.verified and shown.matches(self.channel) and not silent
        return shown if right else await read_until_stable(self.run, self.look, watched=self.name)

    async def appears_in(self, field: Locator) -> None:
        """Wait until the person has typed this channel's value."""
        while not self.channel.matches(await field.input_value()):
            await self.run.pauses.sleep(_LOOKS_APART_S)

    def another(self, channel: Channel) -> None:
        """Go on with another number: codes for the one before mean nothing any more."""
        self.changed(self.channel.display, channel.display)
        self.channel = channel
        self.code_on_its_way = False
        self.tried.clear()

    async def wait_ready(self) -> None:
        """Wait until the channel's state is shown."""
        if self.where.status.at is not None:
            await find(
                self.run,
                self.where.status.at,
                what=_("the state of the {channel}", channel=self.channel),
            )
        await watch_all(self.run, self.page)

    async def _filled(self) -> Locator:
        field = await self._field()
        typed = self.channel.typed(self.where.form)
        if self.run.assist == "guide":
            await questions.typed_by_hand(self, field, typed, self.appears_in(field))
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
        close, run = self.where.code.close, self.run
        # The form covers the page: where its button is called something else, it is asked for, not missed.
        if close is not None and await run.view.any_of([close, self.where.code.field]).count():
            button = await find(run, close, what=_("the button that closes the code's form"))
            await questions.revealed(self, button)

    async def _field(self) -> Locator:
        run = self.run
        await settle(run)
        run.account.require_known()
        await self._leave_code_form()
        for at in self.where.reveal:
            if await run.view.locate(self.where.field).count():
                break
            button = await find(run, at, what=_("the button that opens the field"))
            await questions.revealed(self, button)
        return await find(run, self.where.field, what=_("the field for the {channel}", channel=self.channel))

    async def _read_back(self, word: str) -> None:
        # A site that sends a code on saving shows the new value only once the code was entered.
        if word == "saved" and not (await self.look()).matches(self.channel):
            await open_page(self.run, self.where.page)
            await self.wait_ready()
            if not (await self.look()).matches(self.channel):
                raise self.not_saved()

    async def stand_at_code(self) -> None:
        """Bring the code's field to sight, wherever an interruption or a new run has left the page."""
        run, where = self.run, self.where
        await settle(run)
        run.account.require_known()
        field = run.view.locate(where.code.field)
        if not await field.count():
            await open_page(run, where.pending.page or where.page)
            if where.pending.open is not None and not await field.count():
                button = await find(run, where.pending.open, what=_("the button that opens the code's field"))
                await questions.revealed(self, button)
        await find(run, where.code.field, what=_("the field for the code"))
        destination = where.code.destination
        shown = await run.view.read(destination) if destination else None
        if shown is not None and not self.channel.matches(shown):
            raise NeedsPerson(
                _(
                    "The page says the code went somewhere else than to the {channel}.",
                    channel=self.channel,
                ),
                hint=_("Do not enter a code; look at the value on the page first."),
            )

    async def confirm_verified(self) -> None:
        """Make sure that the page shows the channel as verified."""
        await self.stand()
        shown = await self._look_twice()
        if shown.verified is None and await ask_what_it_means(self.run, self.where.status, self.label):
            shown = await self.look()
        if not (shown.verified and shown.matches(self.channel)):
            raise self.not_proven()
        for entry in self.run.ledger.still_open(self.key):
            self.run.ledger.observe(entry, "verified")
        await self.run.captures.take(_("{channel} is verified", channel=self.channel), self.slug("verified"))

    def _display(self, value: str) -> str:
        try:
            return self.channel.with_value(value).display
        except BadInput:
            return _("a value that cannot be read")

    async def hide(self) -> None:
        """Keep the values that stand there now out of the evidence too, however the site writes them."""
        run = self.run
        for where in run.site.contact.values():
            for value in await run.view.read_all(where.value):
                run.redaction.add_shown(value)
