"""What a person's documents say, beside their profile: names, addresses and dates."""

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
    """Yield where a document and the profile differ, and which documents are too old to be handed in."""
    for each in stated:
        yield from date_findings(each, today, ages.get(each.document.kind))
        yield from _name(profile, each)
        yield from _address(profile, each)
    yield from _nothing_for_business(profile, stated)


def _name(profile: Profile, each: Stated) -> Iterator[Finding]:
    shown, where = each.document.name, f"{each.where}.name"
    if shown is None or each.document.kind == "identity-document":
        return  # An identity document names a person, not the business.
    ours = (profile.legal_name, *profile.legal_name_also)
    found = compare_names(profile.legal_name, shown, profile.country, profile.legal_name_also)
    if found.result == "same":
        return
    if not any(is_ideographic(name) == is_ideographic(shown) for name in ours):
        yield Finding(
            "name-in-another-script",
            "warns",
            where,
            _("It has the name in another script, “{shown}”, which cannot be compared.", shown=shown),
            _("Add the name in that script to legal_name_also, as it stands on the licence."),
        )
        return
    (difference,) = found.differences
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
    shown = each.document.address
    if shown is None or each.document.kind == "identity-document":
        return
    compared = _compared(profile, each.document.kind, shown)
    if compared is None:
        return
    key, found, scripts = compared
    if found.result == "different" and is_ideographic(shown.city) not in scripts:
        yield Finding(
            "address-in-another-script",
            "warns",
            f"{each.where}.address",
            _("It has the address in another script, which cannot be compared with {key}.", key=key),
            _("Add the address in that script as [[{key}.also]], as it stands on the document.", key=key),
        )
        return
    leads = _document_leads(profile, each.document.kind, key)
    for difference in found.differing:
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
    profile: Profile, kind: DocumentKind, shown: WrittenAddress
) -> tuple[str, Comparison, set[bool]] | None:
    """Return the profile's address that is nearest to a document's, and how the two compare.

    A licence has the registered address; a bill or a statement may have either.
    """
    both = {"registered_address": profile.registered_address, "business_address": profile.business_address}
    if kind == "business-licence" and profile.registered_address is not None:
        del both["business_address"]
    there = {part: text for part, text in parts(shown).items() if text}
    found = [
        (key, compare(address, there), {is_ideographic(one.city) for one in (address, *address.also)})
        for key, address in both.items()
        if address is not None
    ]
    ranks = ("same", "written-differently", "different")
    return min(found, key=lambda one: (ranks.index(one[1].result), len(one[1].differing)), default=None)


def _nothing_for_business(profile: Profile, stated: Sequence[Stated]) -> Iterator[Finding]:
    """Tell where every bill and statement has the registered address, and the business works elsewhere."""
    if profile.registered_address is None or profile.business_address is None:
        return
    proofs = [one.document for one in stated if one.document.kind in MAX_AGES]
    compared = [_compared(profile, one.kind, one.address) for one in proofs if one.address is not None]
    if compared and all(one is not None and one[0] == "registered_address" for one in compared):
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
    # Statements are printed in capitals everywhere, and nobody can have theirs printed otherwise.
    only_capitals = set(difference.rules) == {capitals()}
    # Of a bill, people who check it pass over a comma; a licence is compared to the letter.
    small = only_capitals or (kind != "business-licence" and only_surface(difference.rules))
    return "warns" if small else "breaks"


def _sources(difference: Difference) -> str:
    said: dict[str, list[str]] = {}
    for rule in difference.rules:
        said.setdefault(rule.source, []).append(rule.text)
    grouped = ((", ".join(dict.fromkeys(texts)), source) for source, texts in said.items())
    return "; ".join(f"{texts} ({source})" if source else texts for texts, source in grouped)
