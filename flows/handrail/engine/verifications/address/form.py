"""An address' form: its fields filled part by part, and read back until they keep what was typed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import FieldNotTaken, NeedsPerson
from handrail.engine.page.actions import have_typed, press_to_reveal
from handrail.engine.page.find_element import find
from handrail.engine.page.interruptions import settle
from handrail.engine.page.stable_read import read_until_stable
from handrail.profile.matching.compare import compare, part_name
from handrail.sites.schema.base import AddressPart

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.engine.context.run_context import RunContext
    from handrail.profile.model import Address
    from handrail.sites.schema.address import AddressSlot

_BETWEEN_LOOKS_S = 0.2
_VALUES = "fields => fields.map(field => field.value)"

Parts = Mapping[AddressPart, str]
"""What each of the form's fields is to hold."""


class AddressForm:
    """The fields in which a site takes one address."""

    def __init__(
        self, run: RunContext, spec: AddressSlot, address: Address, *, name: str, label: str
    ) -> None:
        self._run = run
        self._spec = spec
        self._address = address
        self._name = name
        self._label = label

    async def fill(self, wanted: Parts) -> None:
        """Fill every part and see that the fields keep it; FieldNotTaken where they do not."""
        await self._reveal()
        for part, text in wanted.items():
            field = await self._field(part)
            if await self._holds(part, field, text):
                continue
            if self._run.assist == "guide":
                await self._have_typed(part, field, text)
            elif await _is_list(field):
                await field.select_option(label=await self._option(part, field, text))
            else:
                await field.fill(text)
                await field.blur()
        # An autocomplete may overwrite them late.
        await read_until_stable(self._run, partial(self._values, wanted))
        await self.check(wanted)

    async def check(self, wanted: Parts) -> None:
        """Raise FieldNotTaken where a field does not hold what was meant."""
        for (part, text), held in zip(wanted.items(), await self._values(wanted), strict=True):
            if held != [text] and not await self._holds(part, await self._field(part), text):
                raise FieldNotTaken(
                    _(
                        "The field for the {part} of the {channel} does not keep what was typed;"
                        " nothing was saved.",
                        part=part_name(part),
                        channel=self._label,
                    ),
                    hint=_("Look at the page: it may rewrite or refuse this value."),
                )

    async def _reveal(self) -> None:
        """Bring the fields to sight."""
        run = self._run
        await settle(run)
        run.account.require_known()
        first = next(iter(self._spec.fields.values()))
        for at in self._spec.reveal:
            if await run.view.is_seen(first):
                break
            button = await find(run, at, what=_("the button that opens the fields"))
            await press_to_reveal(run, button, channel=self._name)

    async def _field(self, part: AddressPart) -> Locator:
        what = _("the field for the {part}", part=part_name(part))
        return await find(self._run, self._spec.fields[part], what=what)

    async def _values(self, wanted: Parts) -> list[list[str]]:
        """Return what each part's fields hold, of which there should be one; nothing is waited for."""
        fields = (self._run.view.locate(self._spec.fields[part]) for part in wanted)
        held: list[list[str]] = await asyncio.gather(*(field.evaluate_all(_VALUES) for field in fields))
        return held

    async def _have_typed(self, part: AddressPart, field: Locator, text: str) -> None:
        async def appears() -> None:
            while not await self._holds(part, field, text):
                await self._run.pauses.sleep(_BETWEEN_LOOKS_S)

        value = await self._option(part, field, text) if await _is_list(field) else text
        await have_typed(self._run, field, value, channel=self._name, label=part_name(part), until=appears())

    async def _holds(self, part: AddressPart, field: Locator, text: str) -> bool:
        held = (await field.input_value()).strip()
        if held == text or not await _is_list(field):
            return held == text
        options = await _options(field)
        return any(value == held and self._means(part, text, value, name) for value, name in options)

    async def _option(self, part: AddressPart, field: Locator, text: str) -> str:
        """Return what the list calls the one option that is meant."""
        meant = [
            name for value, name in await _options(field) if value and self._means(part, text, value, name)
        ]
        if len(meant) != 1:
            raise NeedsPerson(
                _("The list for the {part} has no choice for “{text}”.", part=part_name(part), text=text),
                hint=_("Choose it on the page yourself, and save there."),
                ends_run=False,
            )
        return meant[0]

    def _means(self, part: AddressPart, text: str, value: str, name: str) -> bool:
        """Whether an option of a list, by its value or its name, is this part of the address."""
        if text in (value, name):
            return True
        return any(
            compare(self._address, {part: writing}).result != "different"
            for writing in (value, name)
            if writing
        )


async def _is_list(field: Locator) -> bool:
    return bool(await field.evaluate("field => field.tagName === 'SELECT'"))


async def _options(field: Locator) -> list[tuple[str, str]]:
    options = await field.evaluate(
        "field => [...field.options].map(option => [option.value, option.text.trim()])"
    )
    return [(str(value), str(name)) for value, name in options]
