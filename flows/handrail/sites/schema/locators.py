"""How an element is located, and what is read from it."""

from __future__ import annotations

from typing import Literal

from pydantic import (
    Field,
    field_validator,
    model_validator,
)

from handrail.core.i18n import gettext as _
from handrail.sites.schema.base import Label, Strict, Text, compiles


class LocatorSpec(Strict):
    """An element, located by role and name, by label, by text, or by CSS; XPath is not supported."""

    within: str | None = Field(default=None, description="A key of [containers] to look inside.")
    role: str | None = Field(default=None, description="ARIA role.")
    name: Label | None = Field(default=None, description="The role's accessible name.")
    label: Label | None = Field(default=None, description="The text of a field's label.")
    text: Label | None = Field(default=None, description="Text to find, or to narrow `css` by.")
    css: str | None = Field(default=None, description="A CSS selector; it pierces open shadow roots.")
    has: LocatorSpec | None = Field(default=None, description="Only one that has this inside.")

    @model_validator(mode="after")
    def _one_way(self) -> LocatorSpec:
        ways = [way for way in (self.role, self.label, self.css) if way is not None]
        if len(ways) > 1 or (not ways and self.text is None):
            raise ValueError(_("give one of role (with name), label, css or text"))
        if self.name is not None and self.role is None:
            raise ValueError(_("name goes with role"))
        return self


class Value(Strict):
    """How a value is read from the page."""

    at: LocatorSpec
    take: Literal["text", "value", "datetime"] = Field(
        default="text",
        description="The element's text, a field's value, or its datetime attribute.",
    )
    match: str | None = Field(
        default=None, description="A regex; its group `value`, else all of it, is the value."
    )

    _pattern = field_validator("match")(compiles)


class Status(Strict):
    """How the site shows whether a value is verified."""

    always: Literal["verified"] | None = Field(
        default=None, description="For a site that shows a value only once it is proven."
    )
    unverified_when: LocatorSpec | None = Field(
        default=None,
        description="For a site that says something only while the value is not proven.",
    )
    at: LocatorSpec | None = None
    verified: Label | None = None
    unverified: Label | None = None
    in_progress: Label | None = Field(
        default=None, description="The words for a change that the site is still working on."
    )

    @model_validator(mode="after")
    def _readable(self) -> Status:
        silent = self.always is None and self.unverified_when is None
        if silent and None in (self.at, self.verified, self.unverified):
            raise ValueError(_("give at, verified and unverified, or always, or unverified-when"))
        return self


Learnable = LocatorSpec | Text
"""An entry that a person can correct: a locator or a wording."""
