"""An address' form: its fields filled part by part, and read back until they keep what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import FieldNotTaken, NeedsPerson
from handrail.engine.page.find_element import find
from handrail.engine.page.interruptions import settle
from handrail.engine.page.stable_read import read_until_stable
from handrail.engine.verifications import questions
from handrail.profile.matching.compare import compare, fitted, part_name
from handrail.sites.schema.address import AddressSlot
from handrail.sites.schema.base import AddressPart

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.engine.verifications.base import Verification
    from handrail.profile.model import Address, WrittenAddress

_LOOKS_APART_S = 0.2


class AddressForm:
    """The fields in which a site takes one address."""

    def __init__(self, place: Verification, where: AddressSlot, address: Address, name: str) -> None:
        self._place = place
        self._where = where
        self._address = address
        self._name = name
        self.wanted = self.fitted(address)
        """What each of the site's fields is to hold; empty where the address has no such part."""

    def fitted(self, written: WrittenAddress) -> dict[AddressPart, str]:
        """Return what each of the site's fields would hold of the address in this script."""
        texts = fitted(written, self._where.fields, self._name)
        return {part: texts.get(part, "") for part in self._where.fields}

    async def fill(self) -> None:
        """Fill every part and see that the fields keep it; FieldNotTaken where they do not."""
        await self.reveal()
        for part, text in self.wanted.items():
            field = await self._field(part)
            if await self._holds(part, field, text):
                continue
            if self._place.run.assist == "guide":
                await self._by_hand(part, field, text)
            elif await _is_choice(field):
                await field.select_option(label=await self._choice(part, field, text))
            else:
                await field.fill(text)
                await field.blur()
        await self._quiet()
        await self.kept()

    async def kept(self) -> None:
        """Make sure every field holds what was meant."""
        for part, text in self.wanted.items():
            if not await self._holds(part, await self._field(part), text):
                raise FieldNotTaken(
                    _(
                        "The field for the {part} of the {channel} does not keep what was typed;"
                        " nothing was saved.",
                        part=part_name(part),
                        channel=self._place.label,
                    ),
                    hint=_("Look at the page: it may rewrite or refuse this value."),
                )

    async def reveal(self) -> None:
        """Bring the fields to sight."""
        run = self._place.run
        await settle(run)
        run.account.require_known()
        first = next(iter(self._where.fields.values()))
        for at in self._where.reveal:
            if await run.view.locate(first).count():
                break
            button = await find(run, at, what=_("the button that opens the fields"))
            await questions.revealed(self._place, button)

    async def _field(self, part: AddressPart) -> Locator:
        what = _("the field for the {part}", part=part_name(part))
        return await find(self._place.run, self._where.fields[part], what=what)

    async def _by_hand(self, part: AddressPart, field: Locator, text: str) -> None:
        async def appears() -> None:
            while not await self._holds(part, field, text):
                await self._place.run.pauses.sleep(_LOOKS_APART_S)

        shown = await self._choice(part, field, text) if await _is_choice(field) else text
        await questions.typed_by_hand(self._place, field, shown, appears(), part_name(part))

    async def _holds(self, part: AddressPart, field: Locator, text: str) -> bool:
        held = (await field.input_value()).strip()
        if held == text or not await _is_choice(field):
            return held == text
        options = await _options(field)
        return any(value == held and self._means(part, text, value, name) for value, name in options)

    async def _choice(self, part: AddressPart, field: Locator, text: str) -> str:
        """Return what the list calls the one choice that is meant."""
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
        if text in (value, name):
            return True
        return any(
            compare(self._address, {part: shown}).result != "different" for shown in (value, name) if shown
        )

    async def _quiet(self) -> None:
        """Wait until the fields have not changed for a moment: an autocomplete may overwrite them late."""
        await read_until_stable(self._place.run, self._held)

    async def _held(self) -> list[str]:
        return [await (await self._field(part)).input_value() for part in self.wanted]


async def _is_choice(field: Locator) -> bool:
    return bool(await field.evaluate("field => field.tagName === 'SELECT'"))


async def _options(field: Locator) -> list[tuple[str, str]]:
    found = await field.evaluate("field => [...field.options].map(one => [one.value, one.text.trim()])")
    return [(str(value), str(name)) for value, name in found]
