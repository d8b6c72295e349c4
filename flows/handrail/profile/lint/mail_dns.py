"""Ask the name servers whether a domain receives mail: the only check that uses the network, on request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.profile.emails import ascii_domain
from handrail.profile.lint.findings import Finding
from handrail.profile.model import Profile

if TYPE_CHECKING:
    from dns.resolver import Resolver

_PATIENCE_S = 10
_SOURCE = "name servers, asked just now (RFC 5321, section 5.1; RFC 7505)"


def mail_findings(profile: Profile, resolver: Resolver | None = None) -> Iterator[Finding]:
    """Ask the name servers for the mail server of the contact's domain; they learn only the domain.

    `resolver` stands in for this machine's own.
    """
    from dns.exception import DNSException
    from email_validator import EmailUndeliverableError, caching_resolver, validate_email

    address = profile.contact.email.value
    domain = ascii_domain(address)
    try:
        dns_resolver = caching_resolver(timeout=_PATIENCE_S) if resolver is None else resolver
        answer = validate_email(f"postmaster@{domain}", check_deliverability=True, dns_resolver=dns_resolver)
    except EmailUndeliverableError:
        yield Finding(
            "email-cannot-receive",
            "breaks",
            "contact.email",
            _("The name servers know of nothing that takes mail for {domain}.", domain=domain),
            _("Look for a misspelt domain, or ask whoever keeps it; else use another address."),
            ("contact",),
            source=_SOURCE,
        )
        return
    except DNSException:
        answer = None
    if answer is None or not getattr(answer, "mx", None):
        yield Finding(
            "email-not-looked-up",
            "warns",
            "contact.email",
            _("No name server answered for {domain}, so nothing is known of its mail.", domain=domain),
            _("Check again when this machine is online, or send the address a mail."),
            ("contact",),
            source=_SOURCE,
        )
