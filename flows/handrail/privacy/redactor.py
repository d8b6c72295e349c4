"""Collect a run's private values, and redact every text with them before it is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from handrail.privacy.scan import Leak
    from handrail.privacy.scan_rules import Hidden, What
    from handrail.privacy.text_redaction import Hide
    from handrail.profile.channel import Channel
    from handrail.profile.model import Profile, WrittenAddress
    from handrail.profile.secret import Secret


_SHORTEST_SECRET = 4
"""The fewest characters of a secret; no site takes a shorter one."""
_SHORTEST = 6
"""The fewest characters of a value; shorter ones occur everywhere on a page."""
_SHORTEST_ENDING = 3
"""The fewest characters of a secret's end that a page may show."""
_SHORTEST_FACT = 3
"""Characters from which a business fact is recognised anywhere in a text."""
_ENDING_MARKS = (
    r"(?:[*x#_.\xb7\u2022\u2027\u2217\u2219\u25cf\u2026\u30fb]{2,}"
    r"|\b(?:ending(?: in| with)?|digits(?: are| is)?)"
    r"|\u5c3e\u53f7[\u4e3a\u662f]?|\u672b[\u4e09\u56db34]\u4f4d[\u4e3a\u662f]?)"
)
"""What a page writes before the last digits of a masked number."""
_SESSION_COOKIE = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[^/]{16,}")


class Redactor:
    """A run's private values; more are added as they become known."""

    def __init__(self, profile: Profile) -> None:
        self._personal: list[tuple[str, str]] = []
        self._secret: list[str] = []
        self._business: list[str] = []
        self._known: dict[tuple[What, str], None] = {}
        for channel in profile.contact:
            self.add_personal(channel)
        if profile.tax_id is not None:
            self._add_known_secret("tax-id", profile.tax_id)
        if profile.bank_ending is not None:
            self._add_endings("bank", profile.bank_ending)
        self._own = " ".join(" ".join((profile.account.name, profile.legal_name)).split())
        for fact in _facts_of(profile):
            self.add_business(fact)

    def add_personal(self, channel: Channel) -> None:
        """Replace this value by its display form from now on."""
        self._personal.append((channel.pattern(), channel.display))
        self._known[channel.kind, channel.value] = None

    def add_shown(self, text: str) -> None:
        """Replace all but the end of a value as the page writes it; it may be in an unknown format."""
        if len(text.strip()) >= _SHORTEST:
            self._personal.append((re.escape(text.strip()), f"••••{text.strip()[-2:]}"))

    def add_other_account(self, name: str) -> None:
        """Hide the name of an account that is not the seller's."""
        parts = name.split()
        if len(name.strip()) >= _SHORTEST_FACT and " ".join(parts) not in self._own:
            pattern = r"\s+".join(map(re.escape, parts))
            self._personal.append((pattern, _("another account")))

    def add_business(self, fact: str) -> None:
        """Add a business fact: it is shown, and its places in pictures are recorded."""
        parts = fact.split()
        pattern = r"[\s,\uff0c]+".join(map(re.escape, parts))
        if len("".join(parts)) < _SHORTEST_FACT:
            # A state's two letters are words elsewhere: match them inside an address only.
            pattern = rf"[,\uff0c\n]\s*({pattern})(?=[\s,\uff0c]+[0-9])"
        if parts and pattern not in self._business:
            self._business.append(pattern)

    def add_secret(self, secret: str, what: What = "code") -> None:
        """Remove this value entirely from now on."""
        pattern = rf"(?<![0-9A-Za-z]){re.escape(secret)}(?![0-9A-Za-z])"
        if len(secret) >= _SHORTEST_SECRET and pattern not in self._secret:
            self._secret.append(pattern)
            self._known[what, secret] = None

    def add_cookies(self, cookies: Iterable[Mapping[str, object]]) -> None:
        """Hide session cookies; cookies such as a language or a time zone stay."""
        for cookie in cookies:
            value = str(cookie.get("value", ""))
            if len(value) >= _SHORTEST and (cookie.get("httpOnly") or _SESSION_COOKIE.fullmatch(value)):
                self.add_secret(value, "cookie")

    @property
    def hide(self) -> Hide:
        """What a capture must not show."""
        from handrail.privacy.text_redaction import Hide

        return Hide(
            personal=tuple(self._personal),
            secret=tuple(self._secret),
            business=tuple(self._business),
        )

    def clean(self, text: str) -> str:
        """Return the redacted text."""
        from handrail.privacy.text_redaction import redact

        return redact(text, self.hide)

    @property
    def hidden(self) -> Hidden:
        """What the scan must not find: the values themselves, without the patterns above."""
        from handrail.privacy.scan_rules import Hidden, Known

        displays = dict.fromkeys(display for _pattern, display in self._personal)
        return Hidden(tuple(Known(what, value) for what, value in self._known), tuple(displays))

    def scan(self, folder: Path, already: Collection[str] = ()) -> list[Leak]:
        """Return the private values readable in a folder's files."""
        from handrail.privacy.scan import scan

        return scan(folder, self.hidden, already)

    def _add_known_secret(self, what: What, secret: Secret) -> None:
        self._secret.append(secret.pattern())
        self._add_endings(what, secret)

    def _add_endings(self, what: What, secret: Secret) -> None:
        # Three or four digits alone may be a house number: match them after masks or such words only.
        ends = (secret.value[start:] for start in range(max(1, len(secret.value) - _SHORTEST_ENDING + 1)))
        self._secret.append(rf"{_ENDING_MARKS}[ :\uff1a-]{{0,3}}({'|'.join(ends)})(?![0-9A-Za-z])")
        self._known[what, secret.value] = None


def _facts_of(profile: Profile) -> Iterator[str]:
    yield from (profile.legal_name, *profile.legal_name_also, profile.account.name)
    yield from (document.name for document in profile.documents if document.name)
    for address in (profile.business_address, profile.registered_address):
        for written in (address, *address.also) if address else ():
            yield from _lines_of(written)
    for document in profile.documents:
        if document.address:
            yield from _lines_of(document.address)


def _lines_of(address: WrittenAddress) -> Iterator[str]:
    named = (address.district, address.city, address.state, address.postal_code)
    yield from (*address.lines, *(part for part in named if part))
