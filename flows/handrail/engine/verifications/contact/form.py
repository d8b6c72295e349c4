"""The form of a contact channel: its field opened, filled, and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import FieldNotTaken, NeedsPerson
from handrail.engine.page.actions import have_typed, press_to_reveal
from handrail.engine.page.find_element import find
from handrail.engine.page.interruptions import settle
from handrail.engine.page.navigation import open_page
from handrail.engine.verifications.contact.code_delivery import goes_to

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.engine.context.run_context import RunContext
    from handrail.profile.channel import Channel
    from handrail.sites.schema.contact import ContactSlot

_BETWEEN_LOOKS_S = 0.2


class ContactForm:
    """Where a site takes one channel's value, and the code that verifies it."""

    def __init__(self, run: RunContext, spec: ContactSlot) -> None:
        self._run = run
        self._spec = spec

    async def fill(self, channel: Channel) -> Locator:
        """Fill the value in, at guide level by the person's hand, and return the field that keeps it."""
        field = await self._open(channel)
        text = channel.typed(self._spec.form)
        if self._run.assist == "guide":
            typed = _wait_typed(self._run, field, channel)
            await have_typed(self._run, field, text, channel=channel.kind, label=str(channel), until=typed)
        else:
            await field.fill(text)
        await self.check(field, channel)
        return field

    async def check(self, field: Locator, channel: Channel) -> None:
        """Raise FieldNotTaken where the field does not hold the value: an autocomplete may come late."""
        if not channel.matches(await field.input_value()):
            raise FieldNotTaken(
                _(
                    "The field for the {channel} does not keep what was typed; nothing was saved.",
                    channel=channel,
                ),
                hint=_("Look at the page: it may rewrite or refuse this value."),
            )

    async def _open(self, channel: Channel) -> Locator:
        run, spec = self._run, self._spec
        await settle(run)
        run.account.require_known()
        await self.close_code_form(channel)
        for at in spec.reveal:
            if await run.view.is_seen(spec.field):
                break
            button = await find(run, at, what=_("the button that opens the field"))
            await press_to_reveal(run, button, channel=channel.kind)
        return await find(run, spec.field, what=_("the field for the {channel}", channel=channel))

    async def close_code_form(self, channel: Channel) -> None:
        """Close the form for a code where it covers the page."""
        close = self._spec.code.close
        if close is None:
            return
        # Where its button is called something else, it is asked for, not missed.
        if await self._run.view.any_of([close, self._spec.code.field]).count():
            button = await find(self._run, close, what=_("the button that closes the code's form"))
            await press_to_reveal(self._run, button, channel=channel.kind)

    async def open_code_form(self, channel: Channel) -> None:
        """Bring the code's field to sight; NeedsPerson where the page says the code went elsewhere."""
        run, spec = self._run, self._spec
        await settle(run)
        run.account.require_known()
        if not await run.view.is_seen(spec.code.field):
            await open_page(run, spec.pending.page or spec.page)
            if spec.pending.open is not None and not await run.view.is_seen(spec.code.field):
                button = await find(run, spec.pending.open, what=_("the button that opens the code's field"))
                await press_to_reveal(run, button, channel=channel.kind)
        await find(run, spec.code.field, what=_("the field for the code"))
        destination = spec.code.destination
        if destination is not None and await goes_to(run, destination, channel) is False:
            raise NeedsPerson(
                _("The page says the code went somewhere else than to the {channel}.", channel=channel),
                hint=_("Do not enter a code; look at the value on the page first."),
            )


async def _wait_typed(run: RunContext, field: Locator, channel: Channel) -> None:
    while not channel.matches(await field.input_value()):
        await run.pauses.sleep(_BETWEEN_LOOKS_S)
