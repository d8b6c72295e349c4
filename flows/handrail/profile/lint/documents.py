"""Compare the seller's documents with the profile: names, addresses and dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from handrail.core.i18n import gettext as _
from handrail.profile.lint.document_dates import MAX_AGES, MaxAge, Stated, date_findings, document_name
from handrail.profile.lint.findings import Finding, Severity
from handrail.profile.matching.address_parts import parts
from handrail.profile.matching.alignment import capitals, only_surface
from handrail.profile.matching.compare import Comparison, Difference, compare, compare_names, part_name
from handrail.profile.matching.tokens import is_ideographic
from handrail.profile.model import DocumentKind, Profile, WrittenAddress


def document_findings(
    profile: Profile, stated: Sequence[Stated], today: date, ages: Mapping[DocumentKind, MaxAge]
) -> Iterator[Finding]:
    """Yield where a document differs from the profile, and which documents are too old."""
    for each in stated:
        yield from date_findings(each, today, ages.get(each.document.kind))
        yield from _name(profile, each)
        yield from _address(profile, each)
    yield from _nothing_for_business(profile, stated)


def _name(profile: Profile, each: Stated) -> Iterator[Finding]:
    stated_name, where = each.document.name, f"{each.where}.name"
    if stated_name is None or each.document.kind == "identity-document":
        return  # An identity document names a person, not the business.
    ours = (profile.legal_name, *profile.legal_name_also)
    comparison = compare_names(profile.legal_name, stated_name, profile.country, profile.legal_name_also)
    if comparison.result == "same":
        return
    if not any(is_ideographic(name) == is_ideographic(stated_name) for name in ours):
        yield Finding(
            "name-in-another-script",
            "warns",
            where,
            _("It has the name in another script, “{shown}”, which cannot be compared.", shown=stated_name),
            _("Add the name in that script to legal_name_also, as it stands on the licence."),
        )
        return
    (difference,) = comparison.differences
    leads = each.document.kind == "business-licence"
    yield Finding(
        f"name-{'written-differently' if difference.kind == 'written' else 'differs'}",
        _severity(difference, each.document.kind),
        where,
        _("The {document} has the name “{shown}”, the profile “{wanted}”.", **_forms(each, difference)),
        _how(difference, "legal_name", each.document.kind, leads=leads),
        source="" if only_surface(difference.rules) else _sources(difference),
    )


def _address(profile: Profile, each: Stated) -> Iterator[Finding]:
    stated_address = each.document.address
    if stated_address is None or each.document.kind == "identity-document":
        return
    compared = _compared(profile, each.document.kind, stated_address)
    if compared is None:
        return
    key, comparison, scripts = compared
    if comparison.result == "different" and is_ideographic(stated_address.city) not in scripts:
        yield Finding(
            "address-in-another-script",
            "warns",
            f"{each.where}.address",
            _("It has the address in another script, which cannot be compared with {key}.", key=key),
            _("Add the address in that script as [[{key}.also]], as it stands on the document.", key=key),
        )
        return
    leads = _document_leads(profile, each.document.kind, key)
    for difference in comparison.differing:
        yield Finding(
            f"address-{'written-differently' if difference.kind == 'written' else 'differs'}",
            _severity(difference, each.document.kind),
            f"{each.where}.address",
            _(
                "{part}: the {document} has “{shown}”, {key} “{wanted}”.",
                part=part_name(difference.part),
                key=key,
                **_forms(each, difference),
            ),
            _how(difference, key, each.document.kind, leads=leads),
            source="" if only_surface(difference.rules) else _sources(difference),
        )


def _compared(
    profile: Profile, kind: DocumentKind, stated_address: WrittenAddress
) -> tuple[str, Comparison, set[bool]] | None:
    """Return the profile's address nearest to a document's, their comparison, and the address' scripts.

    A licence has the registered address; a bill or a statement may have either.
    """
    both = {"registered_address": profile.registered_address, "business_address": profile.business_address}
    if kind == "business-licence" and profile.registered_address is not None:
        del both["business_address"]
    stated_parts = {part: text for part, text in parts(stated_address).items() if text}
    comparisons = [
        (key, compare(address, stated_parts), {is_ideographic(a.city) for a in (address, *address.also)})
        for key, address in both.items()
        if address is not None
    ]
    ranks = ("same", "written-differently", "different")
    return min(comparisons, key=lambda c: (ranks.index(c[1].result), len(c[1].differing)), default=None)


def _nothing_for_business(profile: Profile, stated: Sequence[Stated]) -> Iterator[Finding]:
    """Yield a finding if no bill or statement has the business address."""
    if profile.registered_address is None or profile.business_address is None:
        return
    proofs = [each.document for each in stated if each.document.kind in MAX_AGES]
    nearest = [_compared(profile, proof.kind, proof.address) for proof in proofs if proof.address is not None]
    if nearest and all(match is not None and match[0] == "registered_address" for match in nearest):
        yield Finding(
            "business-address-unproven",
            "warns",
            "documents",
            _("Every bill and statement has the registered address; none has the business address."),
            _("Have a bill or a statement ready that has the business address."),
        )


def _forms(each: Stated, difference: Difference) -> dict[str, str]:
    document = document_name(each.document.kind)
    return {"document": document, "shown": difference.shown, "wanted": difference.wanted}


def _how(difference: Difference, key: str, kind: DocumentKind, *, leads: bool) -> str:
    """Say what to do; beside a document that does not lead, the profile is never to be changed for it."""
    if kind != "business-licence" and only_surface(difference.rules):
        return _("Only punctuation, spaces or capitals differ: leave {key} as it is.", key=key)
    if leads and difference.kind == "written":
        return _("Write {key} as the document does, letter by letter, and the account after it.", key=key)
    if leads:
        return _("Find out which is right: correct {key}, or use a document that has it.", key=key)
    if difference.kind == "written":
        return _(
            "The business licence leads: leave {key} as it is there, and hand in a document that agrees.",
            key=key,
        )
    return _(
        "The business licence leads: compare {key} with it, and hand in a document that agrees with both.",
        key=key,
    )


def _document_leads(profile: Profile, kind: DocumentKind, key: str) -> bool:
    """Tell whether an address of the profile is written as this kind of document has it.

    The licence leads where it has the address; where the business works elsewhere, a bill proves that.
    """
    if kind == "business-licence":
        return True
    business = profile.business_address
    on_licence = (
        profile.registered_address is None and business is not None and business.country == profile.country
    )
    return key == "business_address" and not on_licence


def _severity(difference: Difference, kind: DocumentKind) -> Severity:
    # Statements are often printed in capitals, and nobody can change that.
    only_capitals = set(difference.rules) == {capitals()}
    # Of a bill, people who check it pass over a comma; a licence is compared to the letter.
    small = only_capitals or (kind != "business-licence" and only_surface(difference.rules))
    return "warns" if small else "breaks"


def _sources(difference: Difference) -> str:
    by_source: dict[str, list[str]] = {}
    for rule in difference.rules:
        by_source.setdefault(rule.source, []).append(rule.text)
    grouped = ((", ".join(dict.fromkeys(texts)), source) for source, texts in by_source.items())
    return "; ".join(f"{texts} ({source})" if source else texts for texts, source in grouped)
