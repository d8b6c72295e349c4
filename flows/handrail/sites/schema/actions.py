"""Presses, the requests they send, their outcomes, and codes."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    field_validator,
)

from handrail.core.i18n import gettext as _
from handrail.sites.schema.base import Strict, compiles
from handrail.sites.schema.locators import LocatorSpec, Value

OutcomeWord = Literal[
    "saved",
    "verify-asked",
    "code-asked",
    "checking",
    "opened",
    "accepted",
    "wrong-code",
    "expired",
    "exhausted",
    "locked",
    "refused",
    "throttled",
]


class OutcomeSign(Strict):
    """The sign on the page for one outcome of a press."""

    see: LocatorSpec
    until: Value | None = Field(default=None, description="Where the page says until when (RFC 3339).")


def _methods_and_paths(sends: tuple[str, ...]) -> tuple[str, ...]:
    for request in sends:
        if not re.fullmatch(r"[A-Z]+ /[^\s?#]*", request):
            raise ValueError(
                _(
                    '"{what}" is not a method and a path without a query, such as "POST /api/save"',
                    what=request,
                )
            )
    return sends


Requests = Annotated[tuple[str, ...], AfterValidator(_methods_and_paths)]
"""Requests as "METHOD /path"; * stands for one path part."""


class Press(Strict):
    """A button, the requests it sends, and its possible outcomes."""

    press: LocatorSpec
    sends: Requests = Field(
        default=(),
        description='The requests that are the effect, as "METHOD /path"; * stands for one path part.',
    )
    body: dict[str, str] = Field(
        default={},
        description="What the request's body says, by field: a request that says otherwise is another row's.",
    )
    outcomes: dict[OutcomeWord, OutcomeSign]

    @property
    def asks_for_code(self) -> bool:
        """Whether this press makes the site send a code."""
        return "code-asked" in self.outcomes


class Pending(Strict):
    """How the site shows that a code was sent."""

    see: LocatorSpec
    scope: Literal["session", "account"] = Field(
        description="account: every visitor signed in to it sees the code; session: only the one who asked."
    )
    page: str | None = Field(default=None, description="The page to look on, where it is not the slot's own.")
    destination: Value | None = Field(default=None, description="Where the page says the code went.")
    open: LocatorSpec | None = Field(
        default=None, description="The button that brings the code's field back."
    )
    shows_within_seconds: float = Field(
        default=120,
        ge=0,
        description="How long the page may take to show a code that was just asked for; before that, not "
        "showing it proves nothing.",
    )


class CodeEntry(Strict):
    """The field for a code, the code's format, and the button that submits it."""

    field: LocatorSpec
    format: str = Field(description=r"A regex for one whole code, such as \d{6}.")
    destination: Value | None = Field(default=None, description="Where the form says the code went.")
    submit: Press
    close: LocatorSpec | None = Field(
        default=None, description="What closes the form, where it covers the page."
    )

    _pattern = field_validator("format")(compiles)
