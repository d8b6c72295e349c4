"""Addresses that are no place of business: post office boxes, private mailboxes, virtual offices."""

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
    """Words that name one kind of address where nobody works."""

    kind: Drop
    """What they name."""
    source: str
    """Who uses these words so."""
    pattern: str
    """A regex over one line of an address; capitals and small letters are the same to it."""
    countries: tuple[str, ...] = ()
    """Where these words mean it (two letters); empty for everywhere."""


class _File(Table):
    drops: tuple[MailDrop, ...] = Field(min_length=1)


def mail_drop(address: WrittenAddress) -> tuple[MailDrop, str] | None:
    """Return the words that say an address is a mail drop, as they stand in it; None where none do."""
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
