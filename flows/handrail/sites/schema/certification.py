"""The certification on a site: its items and its clock."""

from __future__ import annotations

from pydantic import (
    Field,
    model_validator,
)

from handrail.core.i18n import gettext as _
from handrail.sites.schema.actions import Press
from handrail.sites.schema.base import AddressPart, ItemKind, Strict
from handrail.sites.schema.locators import LocatorSpec, Status, Value


class Item(Strict):
    """One certified item: where the account's own pages show it, and its status.

    Without value and parts, its place is unknown: the person compares it by eye.
    """

    page: str = Field(description="A key of [pages]; never one that starts a clock.")
    value: Value | None = Field(default=None, description="Where the value stands; an address has parts.")
    parts: dict[AddressPart, Value] = Field(default={}, description="Where each part of an address stands.")
    status: Status | None = None

    @model_validator(mode="after")
    def _in_one_way(self) -> Item:
        if self.value is not None and self.parts:
            raise ValueError(_("give value, or parts for an address"))
        return self

    @property
    def by_eye(self) -> bool:
        """Whether only the person can compare it."""
        return self.value is None and not self.parts


class Rule(Strict):
    """A time limit of the law or the marketplace, and its source."""

    days: int = Field(ge=1, description="Days from the notice, and from opening the page.")
    source: str = Field(description="The statute or the marketplace's own page.")


class CertificationSpec(Strict):
    """The page that asks for the certification, the page that starts the clock, and the buttons."""

    items: dict[ItemKind, Item] = Field(min_length=1)
    page: str = Field(description="A key of [pages]: where the site says whether it asks.")
    asked: LocatorSpec = Field(description="What is seen there while it asks.")
    not_asked: LocatorSpec | None = Field(
        default=None,
        description="What is seen there while it asks for nothing; where nobody knows, the person is asked.",
    )
    certified: Value | None = Field(default=None, description="When it was last certified (RFC 3339).")
    due: Value | None = Field(default=None, description="By when the site wants it (RFC 3339).")
    clock: LocatorSpec | None = Field(default=None, description="What is seen once the clock runs.")
    certify_by: Value | None = Field(default=None, description="When the running clock ends (RFC 3339).")
    review: str = Field(description="A key of [pages]: the overview that leads to the notice.")
    open: Press = Field(description="What opens the notice: its outcome is opened.")
    notice: str = Field(description="A key of [pages] with starts-clock: the notice itself.")
    notice_by: Value | None = Field(
        default=None, description="Where the notice itself says when its clock ends (RFC 3339)."
    )
    repeats_items: bool = Field(
        default=False, description="Whether the notice shows the items as the account's pages do."
    )
    tick: tuple[LocatorSpec, ...] = Field(default=(), description="The boxes the person ticks, in order.")
    certify: Press
    rule: Rule
    refreshes_within_hours: float = Field(
        default=24, ge=0, description="How long the site may still ask after it was certified."
    )
    look_again_hours: float = Field(
        default=12, gt=0, description="When to look again for a change that is not visible yet."
    )
