"""The address a page shows, and how it differs from the profile's."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from handrail.engine.page.stable_read import read_each, read_until_stable, watch
from handrail.profile.matching.compare import Comparison, compare, fitted, part_name
from handrail.sites.locate import State
from handrail.sites.schema.base import AddressKind, AddressPart

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.profile.model import Address, WrittenAddress
    from handrail.sites.schema.address import AddressSlot

UnderWay = Literal["verified", "postcard", "checking"]
"""What the page shows under way for an address: it is verified, a postcard is out, documents are checked."""


@dataclass(frozen=True)
class ShownAddress:
    """What the page shows of an address, held against the profile's."""

    comparison: Comparison
    state: State | None
    """None where the words of the status are none we know."""

    @property
    def is_empty(self) -> bool:
        """Whether no part of it is seen at all: there is none, or it stands somewhere else."""
        return not any(part.shown for part in self.comparison.differences)

    @property
    def differs(self) -> bool:
        """Whether the page shows another address."""
        return self.comparison.result == "different"

    @property
    def is_verified(self) -> bool:
        """Whether the page shows this very address, and that it is verified."""
        return self.state == "verified" and not self.differs


async def watch_addresses(run: RunContext, page: str) -> None:
    """Begin the quiet time of every address on this page."""
    here = {kind: spec for kind, spec in run.site.address.items() if spec.page == page}
    readings = (watch(run, _reading_of(kind), partial(_read_texts, run, spec)) for kind, spec in here.items())
    await asyncio.gather(*readings)


async def _read_texts(run: RunContext, spec: AddressSlot) -> tuple[list[list[str]], State | None]:
    """Read what stands there, without comparing it with anything or asking anybody."""
    texts = await asyncio.gather(*map(run.view.read_all, spec.shown.values()))
    return texts, await run.view.state(spec.status, [text for part in texts for text in part])


def _reading_of(kind: AddressKind) -> str:
    return f"{kind} address"


class AddressReader:
    """Reads one address from its page, and says what its form would hold."""

    def __init__(
        self, run: RunContext, spec: AddressSlot, address: Address, legal_name: str, *, kind: AddressKind
    ) -> None:
        self._run = run
        self._kind = kind
        self._spec = spec
        self._address = address
        self._legal_name = legal_name
        self.wanted = self._fitted(address)
        """What each of the site's fields is to hold; empty where the address has no such part."""

    @property
    def wanted_line(self) -> str:
        """What the fields are to hold, on one line."""
        return ", ".join(text for text in self.wanted.values() if text)

    @property
    def commitment_value(self) -> str:
        """The address as the profile states it, for the ledger."""
        return json.dumps(self._fitted(self._address), sort_keys=True, ensure_ascii=False)

    async def read(self) -> ShownAddress:
        """Read what stands on the page now, without judging it."""
        view, spec = self._run.view, self._spec
        each = await read_each(self._run, spec.shown, part_name)
        parts = {str(part): text for part, text in each.items()}
        state = await view.state(spec.status, [text for text in parts.values() if text])
        comparison = compare(self._address, parts, self._legal_name)
        # What is typed is what was held against the page, and so what the person approves.
        self.wanted = self._fitted(comparison.written or self._address)
        return ShownAddress(comparison, state)

    async def read_twice(self) -> ShownAddress:
        """Read it; what is not simply right is read until it stands still, since parts may come late."""
        shown = await self.read()
        right = shown.state == "verified" and shown.comparison.result == "same"
        if right:
            return shown
        await read_until_stable(
            self._run, partial(_read_texts, self._run, self._spec), watched=_reading_of(self._kind)
        )
        return await self.read()

    async def is_being_checked(self, shown: ShownAddress) -> bool:
        """Whether the site is working on the address: by its state, or by what says so beside it."""
        checking = self._spec.checking
        if shown.state == "in-progress":
            return True
        return checking is not None and await self._run.view.is_seen(checking.see)

    def _fitted(self, written: WrittenAddress) -> dict[AddressPart, str]:
        """Return what each of the site's fields would hold of the address in this script."""
        texts = fitted(written, self._spec.fields, self._legal_name)
        return {part: texts.get(part, "") for part in self._spec.fields}
