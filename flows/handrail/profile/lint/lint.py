"""Check a whole profile before a run: what would make a verification fail, and how to fix it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from handrail.core.i18n import gettext as _
from handrail.profile.lint.addresses import address_findings
from handrail.profile.lint.contact import contact_findings
from handrail.profile.lint.document_dates import MAX_AGES, MaxAge, Stated
from handrail.profile.lint.documents import document_findings
from handrail.profile.lint.findings import Finding, gravest_first
from handrail.profile.lint.tax_ids import tax_id_findings
from handrail.profile.model import DocumentKind, Profile

_FULL_WIDTH = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")


def findings(
    profile: Profile,
    today: date,
    against: Sequence[Stated] = (),
    ages: Mapping[DocumentKind, MaxAge] | None = None,
    *,
    on_live_site: bool = False,
) -> tuple[Finding, ...]:
    """Return all findings of a profile, those that break a verification first.

    `against` are documents stated beside the profile's own; `ages` are a site's own rules of how old
    a document may be, and `on_live_site` whether it is a real one. Nothing is looked up on a network.
    """
    own = [Stated(f"documents[{number}]", document) for number, document in enumerate(profile.documents)]
    all_findings = (
        *contact_findings(profile, on_live_site=on_live_site),
        *_names(profile),
        *tax_id_findings(profile),
        *address_findings(profile),
        *document_findings(profile, (*own, *against), today, {**MAX_AGES, **(ages or {})}),
    )
    return gravest_first(all_findings)


def _names(profile: Profile) -> Iterator[Finding]:
    for key, name in [
        ("legal_name", profile.legal_name),
        *((f"legal_name_also[{number}]", name) for number, name in enumerate(profile.legal_name_also)),
    ]:
        if _FULL_WIDTH.search(name):
            yield Finding(
                "name-full-width",
                "warns",
                key,
                _("It has full-width letters or digits, which an English page compares as others."),
                _("Type it anew with the Latin keyboard, unless the licence prints it so."),
            )
