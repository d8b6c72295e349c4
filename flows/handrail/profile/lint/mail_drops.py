"""Recognise addresses that are no place of business: PO boxes, private mailboxes, virtual offices."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from handrail.core.i18n import gettext as _
from handrail.core.toml_files import parse_toml, validate
from handrail.profile.field_types import Table
from handrail.profile.model import WrittenAddress
from handrail.profile.text import plain

Drop = Literal["box", "mailbox", "office", "care-of"]


class MailDrop(Table):
    """Words for one kind of mail drop."""

    kind: Drop
    """What they name."""
    source: str
    """The source."""
    pattern: str
    """A regex over one line of an address; capitals and small letters are the same to it."""
    countries: tuple[str, ...] = ()
    """The countries where the words mean this (two letters); empty for all."""


class _File(Table):
    drops: tuple[MailDrop, ...] = Field(min_length=1)


def mail_drop(address: WrittenAddress) -> tuple[MailDrop, str] | None:
    """Return the kind of mail drop that an address is, and its own words for it; None if it is none."""
    for line in address.lines:
        for drop in _drops():
            if not drop.countries or address.country in drop.countries:
                match = re.search(drop.pattern, plain(line), re.IGNORECASE)
                if match:
                    return drop, match[0].strip()
    return None


@lru_cache(maxsize=1)
def _drops() -> tuple[MailDrop, ...]:
    what = _("table of forms")
    file = files("handrail.profile") / "forms" / "mail_drops.toml"
    return validate(_File, parse_toml(file.read_bytes(), what, file.name), what, file.name).drops
