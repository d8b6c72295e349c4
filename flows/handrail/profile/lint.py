"""A profile checked before anything is walked: what would make a verification fail, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from handrail.i18n import gettext as _
from handrail.profile.documents import MAX_AGES, MaxAge, Stated
from handrail.profile.findings import Finding
from handrail.profile.lint_addresses import address_findings
from handrail.profile.lint_documents import document_findings
from handrail.profile.model import DocumentKind, Profile
from handrail.profile.phones import capability

# RFC 2606, section 3, and the null MX of RFC 7505 that these three publish. The names .example and
# .test are not here: they are what a dry run uses.
_NO_MAIL = ("example.com", "example.net", "example.org")
_NOBODY_READS = re.compile(r"(?:no|do-?not|never)[-_.]?reply.*|mailer-daemon|bounces?|null|devnull")
_FULL_WIDTH = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")


def findings(
    profile: Profile,
    today: date,
    against: Sequence[Stated] = (),
    ages: Mapping[DocumentKind, MaxAge] | None = None,
) -> tuple[Finding, ...]:
    """Return everything that is wrong with a profile, what breaks a verification first.

    `against` are documents stated beside the profile's own; `ages` are a site's own rules of how old
    a document may be. Nothing is looked up on a network.
    """
    own = [Stated(f"documents.{number}", one) for number, one in enumerate(profile.documents)]
    found = (
        *_contact(profile),
        *_names(profile),
        *address_findings(profile),
        *document_findings(profile, (*own, *against), today, {**MAX_AGES, **(ages or {})}),
    )
    return tuple(sorted(found, key=lambda one: one.severity != "breaks"))


def _contact(profile: Profile) -> Iterator[Finding]:
    able = capability(profile.contact.phone.value)
    if able.can_text == "no":
        yield Finding(
            "phone-takes-no-text",
            "breaks",
            "contact.phone",
            able.reason,
            _("Put a number that takes texts into contact.phone."),
            ("contact",),
            source="libphonenumber (Google), numbering plans",
        )
    name, _at, domain = profile.contact.email.value.casefold().rpartition("@")
    if domain in _NO_MAIL or domain.endswith(tuple(f".{each}" for each in _NO_MAIL)):
        yield Finding(
            "email-cannot-receive",
            "breaks",
            "contact.email",
            _("{domain} is kept for examples and takes no mail.", domain=domain),
            _("Put an address that you read into contact.email."),
            ("contact",),
            source="RFC 2606, section 3; RFC 7505",
        )
    elif _NOBODY_READS.fullmatch(name):
        yield Finding(
            "email-nobody-reads",
            "breaks",
            "contact.email",
            _("An address of this name sends mail, and takes none."),
            _("Put an address that you read into contact.email."),
            ("contact",),
        )


def _names(profile: Profile) -> Iterator[Finding]:
    for key, name in [
        ("legal_name", profile.legal_name),
        *((f"legal_name_also.{number}", name) for number, name in enumerate(profile.legal_name_also)),
    ]:
        if _FULL_WIDTH.search(name):
            yield Finding(
                "name-full-width",
                "warns",
                key,
                _("It has full-width letters or digits, which an English page compares as others."),
                _("Type it anew with the Latin keyboard, unless the licence prints it so."),
            )
