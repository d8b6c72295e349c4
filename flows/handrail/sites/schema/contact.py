"""A contact channel on a site."""

from __future__ import annotations

from typing import Literal

from pydantic import (
    Field,
)

from handrail.sites.schema.actions import CodeEntry, Pending, Press
from handrail.sites.schema.base import Strict
from handrail.sites.schema.locators import LocatorSpec, Status, Value


class ContactSlot(Strict):
    """One channel of the emergency contact on this site, and how it is verified."""

    page: str = Field(description="A key of [pages]: where the value stands.")
    value: Value
    status: Status
    reveal: tuple[LocatorSpec, ...] = Field(
        default=(), description="What to press, in order, before the field shows."
    )
    field: LocatorSpec
    form: Literal["e164", "international", "national", "digits"] = Field(
        default="international", description="How a phone number is typed here."
    )
    save: Press | None = Field(
        default=None, description="Its outcome code-asked says that saving sends the code."
    )
    request: Press | None = Field(default=None, description="Absent where only saving sends a code.")
    again: Press | None = Field(default=None, description="Another code, where that is a button of its own.")
    pending: Pending
    code: CodeEntry
