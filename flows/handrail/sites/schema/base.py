"""Types shared by all tables of a site file."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from handrail.core.i18n import gettext as _

Level = Literal["guide", "fill", "press"]

LEVELS: tuple[Level, ...] = ("guide", "fill", "press")

ChannelKind = Literal["email", "phone"]

FlowName = Literal["contact", "address", "certify"]

AddressKind = Literal["registered", "business"]

AddressPart = Literal[
    "name", "line1", "line2", "line3", "district", "city", "state", "postal-code", "country"
]

ItemKind = Literal[
    "legal-name", "registered-address", "business-address", "phone", "email", "bank-ending", "tax-id"
]


class Strict(BaseModel):
    """A table in which every key is known; keys are written with hyphens."""

    # Built when first used: most models are only parts of another, which builds them with itself.
    model_config = ConfigDict(
        defer_build=True,
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def compiles(pattern: str | None) -> str | None:
    """Return a pattern that is a regular expression; raises ValueError for any other text."""
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(_("not a regular expression: {reason}", reason=error)) from None
    return pattern


class Text(Strict):
    """One wording in every known language, and how certain it is."""

    en: tuple[str, ...] = Field(default=(), description="English wordings, one or a list.")
    zh: tuple[str, ...] = Field(default=(), description="Chinese wordings, one or a list.")
    sure: Literal["ours", "seen", "reported", "guess"] | None = Field(
        default=None,
        description="seen: on the live page; reported: by others; guess: nobody saw it; ours: a mock.",
    )
    sure_zh: Literal["ours", "seen", "reported", "guess"] | None = Field(
        default=None, description="How sure of the Chinese, where that is another matter."
    )
    seen: date | None = Field(default=None, description="The day somebody last saw it on the page.")
    source: str | None = Field(default=None, description="Where the wording is from.")

    _list = field_validator("en", "zh", mode="before")(_as_tuple)

    @model_validator(mode="after")
    def _has_words(self) -> Text:
        if not self.variants or not all(word.strip() for word in self.variants):
            raise ValueError(_("give the wording in at least one language (en, zh)"))
        return self

    @property
    def variants(self) -> tuple[str, ...]:
        """All wordings, the longest first: a short one may be part of a long one."""
        return tuple(sorted({*self.en, *self.zh}, key=len, reverse=True))


Label = Annotated[
    str | Text, Field(description="A key of [texts], or the wording itself: { en = …, zh = … }.")
]
