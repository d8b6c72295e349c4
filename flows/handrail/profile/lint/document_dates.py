"""Check the dates of the seller's documents, and how old each may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from handrail.core.i18n import gettext as _
from handrail.core.i18n import lazy
from handrail.profile.lint.findings import Finding
from handrail.profile.model import Document, DocumentKind


@dataclass(frozen=True)
class MaxAge:
    """How old a document may be when it is handed in."""

    days: int
    """Days since it was issued."""
    source: str
    """Who says so."""


_REPORTED = lazy("sellers report 90 days, some marketplaces 180 (appeal.tools, virtualpostmail.com)")
MAX_AGES: dict[DocumentKind, MaxAge] = {
    "bank-statement": MaxAge(90, _REPORTED),
    "credit-card-statement": MaxAge(90, _REPORTED),
    "utility-bill": MaxAge(90, _REPORTED),
}
"""Without a rule in the site file; no marketplace publishes a number."""


@dataclass(frozen=True)
class Stated:
    """One document, and the key that states it."""

    where: str
    """Its key, with its file where that is not the profile: documents[0], mine.toml: documents[0]."""
    document: Document
    """What it says."""


def document_name(kind: DocumentKind) -> str:
    """Return the name of a kind of document."""
    return {
        "business-licence": _("business licence"),
        "bank-statement": _("bank statement"),
        "credit-card-statement": _("credit card statement"),
        "utility-bill": _("utility bill"),
        "tax-document": _("tax document"),
        "lease": _("lease"),
        "identity-document": _("identity document"),
    }[kind]


def date_findings(each: Stated, today: date, age: MaxAge | None) -> Iterator[Finding]:
    """Yield what is wrong with a document's dates; `age` is None if any age is accepted."""
    document, name = each.document, document_name(each.document.kind)
    issued, expires = document.issued, document.expires
    if issued is not None and issued > today:
        yield Finding(
            "document-in-future",
            "breaks",
            f"{each.where}.issued",
            _("The {document} is dated {date}, which is still to come.", document=name, date=issued),
            _("Check the date on the paper; day and month may have changed places."),
        )
    if expires is not None and expires < today:
        yield Finding(
            "document-expired",
            "breaks",
            f"{each.where}.expires",
            _("The {document} expired on {date}.", document=name, date=expires),
            _("Have it renewed before it is handed in."),
        )
    if age is not None and issued is None:
        yield Finding(
            "document-undated",
            "warns",
            f"{each.where}.issued",
            _(
                "The {document} has no date here; marketplaces usually take one of the last {days} days.",
                document=name,
                days=age.days,
            ),
            _("Add the day it was issued."),
            source=str(age.source),
        )
    if age is not None and issued is not None and today - issued > timedelta(days=age.days):
        yield Finding(
            "document-too-old",
            "breaks",
            f"{each.where}.issued",
            _(
                "The {document} is {age} days old; {days} are accepted.",
                document=name,
                age=(today - issued).days,
                days=age.days,
            ),
            _("Get a newer one before you hand it in."),
            source=str(age.source),
        )
