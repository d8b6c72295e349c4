"""Where a site's terms are known from, in a word and a date."""

from __future__ import annotations

from handrail.core.i18n import gettext as _
from handrail.sites.schema.site import Site


def terms_summary(site: Site) -> str:
    """Say whether somebody read the terms, only others report them, or neither, with the day (ISO 8601)."""
    if site.kind != "live":
        return _("ours")
    if site.terms.read_on is not None:
        return _("read on {day}", day=site.terms.read_on)
    if site.terms.reported_on is not None:
        return _("of {day}, as reported", day=site.terms.reported_on)
    return _("read by nobody")
