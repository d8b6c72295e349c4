"""E-mail addresses: parse, mask, and compare with a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.profile.text import plain

if TYPE_CHECKING:
    from email_validator import ValidatedEmail

RESERVED = {
    "invalid": "RFC 2606, section 2",
    "localhost": "RFC 2606, section 2",
    "local": "RFC 6762, section 3",
    "onion": "RFC 7686",
    "arpa": "RFC 3172; RFC 8375 (home.arpa)",
    "alt": "RFC 9476",
    "internal": "ICANN Board, 29 July 2024: reserved for private use",
    "localdomain": "usage of home networks; no such top-level domain exists",
    "lan": "usage of home networks; no such top-level domain exists",
    "home": "ICANN Board, 4 February 2018: not to be delegated",
    "corp": "ICANN Board, 4 February 2018: not to be delegated",
}
"""Top-level domains that receive no mail from the internet, each with its source."""


def canonical(text: str) -> str:
    """Return the normalised address; BadInput, without repeating it, for what is no address."""
    address = plain(text).removeprefix("mailto:")
    if not address:
        raise _refused(_("The e-mail address is empty."))
    if "@" not in address:
        raise _refused(_("This is no e-mail address: it has no @."))
    domain = address.rpartition("@")[2]
    if domain and "." not in domain:
        raise _refused(_("This is no e-mail address: what stands after the @ has no dot."))
    normalised = _normalised(address)
    if normalised is None and ending(domain) in RESERVED:
        raise _refused(
            _("No mail from outside reaches a name that ends in .{ending}.", ending=ending(domain))
        )
    if normalised is None:
        raise _refused(_("This is no e-mail address."))
    return normalised


def ending(domain: str) -> str:
    """Return a domain's last part, in small letters."""
    return domain.rpartition(".")[2].casefold()


def same_address(address: str, page_text: str) -> bool:
    """Whether a page's text is this address in full, perhaps after a label."""
    words = re.split(r"[\s:<>()]+", plain(page_text))
    addresses = [word for word in words if "@" in word]
    # Sites change the case of addresses; no provider distinguishes owners by it.
    return len(addresses) == 1 and (_normalised(addresses[0]) or "").casefold() == address.casefold()


def masked(address: str) -> str:
    """Return the display form, w••@example.com: two dots however long the name is."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:1] if len(name) > 2 else ''}••@{domain}"


def ascii_domain(address: str) -> str:
    """Return the domain of a valid address as name servers know it."""
    return _validated(address).ascii_domain or address.rpartition("@")[2]


def _normalised(address: str) -> str | None:
    from email_validator import EmailNotValidError

    try:
        return _validated(address).normalized
    except EmailNotValidError:
        return None


def _validated(address: str) -> ValidatedEmail:
    from email_validator import validate_email

    # The address of a rehearsal may end in .test; nothing is looked up on a network.
    return validate_email(address, check_deliverability=False, test_environment=True)


def _refused(message: str) -> BadInput:
    return BadInput(message, hint=_("Write one whole address, such as name@example.com."))
