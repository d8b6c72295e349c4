"""Check the emergency contact: a number that receives texts, an address that receives mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handrail.core.i18n import gettext as _
from handrail.profile.emails import RESERVED, ending
from handrail.profile.lint.findings import Finding
from handrail.profile.model import Profile
from handrail.profile.phones import capability

_PLANS = "libphonenumber (Google), numbering plans"

# RFC 2606, section 3, and the null MX of RFC 7505 that these three publish.
_EXAMPLES = ("example.com", "example.net", "example.org")
_DRY_RUNS = frozenset({"example", "test"})
"""Reserved as well (RFC 2606, section 2), but used by dry runs."""

_NOBODY_READS = re.compile(
    r"(?:.*[-_.+])?(?:(?:no|do-?not|never)[-_.]?reply.*|auto-?reply|mailer-daemon|bounces?|null|devnull"
    r"|(?:qing-?wu|wu-?xu|bu-?ke|zi-?dong)-?hui-?fu|(?:请勿|勿|无需|无须|不要|自动)回复.*)"
)
"""Names that only send, as sellers' systems call them; the second line is Chinese, in pinyin and in Han."""


def contact_findings(profile: Profile, *, on_live_site: bool = False) -> Iterator[Finding]:
    """Yield what a code would not reach; a name for dry runs only breaks what is verified on a live site."""
    yield from _phone(profile)
    yield from _email(profile, on_live_site=on_live_site)


def _phone(profile: Profile) -> Iterator[Finding]:
    able = capability(profile.contact.phone.value)
    if able.can_text == "no":
        yield Finding(
            "phone-takes-no-text",
            "breaks",
            "contact.phone",
            able.reason,
            _("Put a number that takes texts into contact.phone."),
            ("contact",),
            source=_PLANS,
        )
    if able.can_text == "unknown":
        yield Finding(
            "phone-may-take-no-text",
            "warns",
            "contact.phone",
            _(
                "{reason} From the number alone nobody can tell whether a code gets there.",
                reason=able.reason,
            ),
            _("Send it a text from another phone first; ask its carrier where none arrives."),
            ("contact",),
            source=_PLANS,
        )


def _email(profile: Profile, *, on_live_site: bool) -> Iterator[Finding]:
    name, _at, domain = profile.contact.email.value.casefold().rpartition("@")
    last = ending(domain)
    if domain in _EXAMPLES or domain.endswith(tuple(f".{each}" for each in _EXAMPLES)):
        yield _takes_no_mail(
            _("{domain} is kept for examples and takes no mail.", domain=domain),
            "RFC 2606, section 3; RFC 7505",
        )
    elif last in RESERVED:
        yield _takes_no_mail(
            _("No mail from outside reaches a name that ends in .{ending}.", ending=last), RESERVED[last]
        )
    elif last in _DRY_RUNS:
        yield Finding(
            "email-for-dry-runs-only",
            "breaks" if on_live_site else "warns",
            "contact.email",
            _("A name that ends in .{ending} works in a dry run, and takes no mail.", ending=last),
            _("Put an address that you read into contact.email."),
            ("contact",),
            source="RFC 2606, section 2",
        )
    if _NOBODY_READS.fullmatch(name):
        yield Finding(
            "email-nobody-reads",
            "breaks",
            "contact.email",
            _("An address of this name sends mail, and takes none."),
            _("Put an address that you read into contact.email."),
            ("contact",),
        )


def _takes_no_mail(what: str, source: str) -> Finding:
    return Finding(
        "email-cannot-receive",
        "breaks",
        "contact.email",
        what,
        _("Put an address that you read into contact.email."),
        ("contact",),
        source=source,
    )
