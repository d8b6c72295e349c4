"""What the page shows of one contact channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handrail.engine.context.page_view import PageView
    from handrail.profile.channel import Channel
    from handrail.sites.schema.contact import ContactSlot


@dataclass(frozen=True)
class ShownContact:
    """The values shown, and whether the site calls them verified."""

    values: tuple[str, ...]
    """As the page writes them; a page may show the old value beside the new."""
    verified: bool | None
    """None where the words of the status are none we know."""

    def matches(self, channel: Channel) -> bool:
        """Whether the page shows this channel's value."""
        return any(channel.matches(value) for value in self.values)


async def read_contact(view: PageView, spec: ContactSlot) -> ShownContact:
    """Read what stands on the page now, without judging it."""
    values = await view.read_all(spec.value)
    state = await view.state(spec.status, values)
    return ShownContact(tuple(values), None if state is None else state == "verified")
