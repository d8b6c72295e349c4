"""Pages, the signed-in identity, interruptions, stores, terms."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import (
    Field,
    field_validator,
    model_validator,
)

from handrail.core.i18n import gettext as _
from handrail.sites.schema.actions import Requests
from handrail.sites.schema.base import LEVELS, Label, Level, Strict, compiles
from handrail.sites.schema.locators import LocatorSpec


class Page(Strict):
    """A page: its address below the site's base, and the element by which it is recognised."""

    url: str | None = Field(
        default=None,
        pattern=r"^/",
        description="The address below the site's base; where it is not published, the person goes there.",
    )
    path: tuple[Label, ...] = Field(
        default=(), description="The menu words that lead there, where it has no published address."
    )
    anchor: LocatorSpec
    starts_clock: bool = Field(
        default=False,
        description="Whether merely opening it starts a legal deadline; it is never navigated to.",
    )
    elsewhere: tuple[LocatorSpec, ...] = Field(
        default=(),
        description="What is seen where the site redirects when this page has nothing to show.",
    )


class Identity(Strict):
    """Where a page shows the signed-in account's name."""

    at: LocatorSpec
    page: str | None = Field(
        default=None, description="The page it stands on, where it is not on every page."
    )
    match: str | None = Field(default=None, description="A regex; its group `value` is the name.")
    take: Literal["text", "value"] = Field(
        default="text", description="The element's text, or a field's value."
    )

    _pattern = field_validator("match")(compiles)


class Interruption(Strict):
    """A page or banner that may interrupt a run between any two steps."""

    kind: Literal[
        "sign-in", "two-step", "captcha", "banner", "automation-refused", "unavailable", "throttled"
    ] = Field(description="What it is, and so whose it is to deal with.")
    see: LocatorSpec
    fields: dict[str, LocatorSpec] = Field(
        default={}, description="sign-in: username and password; two-step: code."
    )
    press: LocatorSpec | None = None
    sends: Requests = Field(
        default=(),
        description="What leaves in a rehearsal while it is dealt with; where a sign-in names none, anything "
        "that is no effect.",
    )


class Stores(Strict):
    """The other stores of the same account, each with its own emergency contact."""

    page: str = Field(description="A key of [pages]: where the cards stand.")
    card: LocatorSpec = Field(description="One element per store.")
    name: LocatorSpec = Field(description="The store's name, looked for inside a card.")
    asks: LocatorSpec = Field(description="What is seen inside a card that still asks.")
    this: Label = Field(description="The name of the store this file is about.")


class Terms(Strict):
    """The assist levels that the site's terms allow, and how and from when the terms are known."""

    ceiling: Level = Field(description="The highest assist level the terms allow.")
    default: Level = Field(description="The assist level where the person names none.")
    source: str | None = Field(default=None, description="Which terms, or that nobody has read them.")
    read_on: date | None = Field(default=None, description="The day somebody read the terms.")
    reported_on: date | None = Field(
        default=None, description="The day of the terms as others report them, where nobody has read them."
    )

    @property
    def known(self) -> bool:
        """Whether it is said which terms these are, and when they were read or are reported to be from."""
        return bool((self.source or "").strip()) and (self.read_on or self.reported_on) is not None

    @model_validator(mode="after")
    def _default_below_ceiling(self) -> Terms:
        if LEVELS.index(self.default) > LEVELS.index(self.ceiling):
            raise ValueError(_("default is above ceiling"))
        if self.read_on is None and self.ceiling == "press":
            raise ValueError(_("terms nobody has read (no read-on) allow at most fill"))
        return self
