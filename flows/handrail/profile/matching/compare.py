"""Compare addresses and names with a page: the same, written differently, or different."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from handrail.core.i18n import gettext as _
from handrail.profile.matching.address_parts import LINES, PARTS, fitted, part_name, parts
from handrail.profile.matching.alignment import same
from handrail.profile.matching.areas import area_names, country_of
from handrail.profile.matching.equivalents import Group, Rule, equivalents
from handrail.profile.matching.part_order import another_order, same_in_any_order
from handrail.profile.matching.postal_codes import same_code
from handrail.profile.matching.tokens import is_ideographic, squeezed
from handrail.profile.model import Address, WrittenAddress

__all__ = ["Comparison", "Difference", "advice", "compare", "compare_names", "fitted", "part_name", "parts"]

Kind = Literal["same", "written", "different"]
MatchResult = Literal["same", "written-differently", "different"]
Which = Literal["registered", "business"]

_RESULTS: dict[Kind, MatchResult] = {
    "same": "same",
    "written": "written-differently",
    "different": "different",
}
_AREAS = ("district", "city", "state")
_PLACE = (*LINES, *_AREAS, "postal-code")
_MAY_MISS = (
    ("district",), ("postal_code",), ("state",), ("state", "postal_code"), ("district", "postal_code"),
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One part of an address in the profile and on the page, and how they differ."""

    part: str
    """A key of a site file's address: line1, city, postal-code…"""
    wanted: str
    """The profile's text, as it would be typed into this part."""
    shown: str
    """The page's text."""
    kind: Kind
    """The same to the letter, the same written differently, or different."""
    rules: tuple[Rule, ...] = ()
    """Why two spellings are the same; empty for identical and for different texts."""


@dataclass(frozen=True)
class Comparison:
    """An address or a name of the profile compared with a page."""

    differences: tuple[Difference, ...]
    """Every compared part, in the order of an address."""
    written: WrittenAddress | None = None
    """The address in the script that was compared; None for a name."""

    @property
    def result(self) -> MatchResult:
        """The worst of its parts; "same" is what a document check accepts."""
        kinds = {each.kind for each in self.differences}
        return _RESULTS["different" if "different" in kinds else "written" if "written" in kinds else "same"]

    @property
    def differing(self) -> tuple[Difference, ...]:
        """The parts that are not identical."""
        return tuple(each for each in self.differences if each.kind != "same")


def compare(
    address: Address | WrittenAddress, page_parts: Mapping[str, str], name: str | None = None
) -> Comparison:
    """Compare an address with a page's parts; other parts are not compared.

    Of an address in several scripts, the one nearest to the page counts; of several equally near, the one
    in the page's script. `name` is compared with the part `name`. An empty text is an empty field.
    """
    written: tuple[WrittenAddress, ...] = (address,)
    if isinstance(address, Address):
        written = (address, *address.also)

    def distance(candidate: tuple[Comparison, bool]) -> tuple[int, int, bool]:
        comparison, in_another_script = candidate
        return (*_distance(comparison), in_another_script)

    comparisons = [
        (_AddressComparison(each, page_parts, name).done(), _in_another_script(each, page_parts))
        for each in written
    ]
    return min(comparisons, key=distance)[0]


def compare_names(wanted: str, page_name: str, country: str = "", also: tuple[str, ...] = ()) -> Comparison:
    """Compare a company's name, in any of its scripts, with another."""
    candidates = (_one_name(each, page_name, country) for each in (wanted, *also))
    return min((Comparison((each,)) for each in candidates), key=_distance)


def advice(difference: Difference, which: Which) -> str:
    """Return a sentence with both spellings of a part, and the document it must match."""
    document = (
        _("the business licence")
        if which == "registered"
        else _("the utility bill or bank statement that you hand in")
    )
    return _(
        "{part}: the page has “{shown}”, the profile “{wanted}”. It must read as on {document}.",
        part=part_name(difference.part),
        shown=difference.shown,
        wanted=difference.wanted,
        document=document,
    )


@dataclass
class _AddressComparison:
    """The comparison of one address in one script with one page."""

    address: WrittenAddress
    shown: Mapping[str, str]
    name: str | None

    def done(self) -> Comparison:
        """Compare part by part, then the differing parts as one text."""
        self.wanted = fitted(self.address, self.shown, self.name)
        differences = {part: self._part(part) for part in PARTS if part in self.wanted}
        open_parts = [p for p in _PLACE if p in differences and differences[p].kind == "different"]
        if open_parts:
            rules = self._as_a_whole(open_parts)
            for part in open_parts if rules is not None else ():
                differences[part] = self._difference(part, "written", rules or ())
        return Comparison(tuple(differences.values()), self.address)

    def _part(self, part: str) -> Difference:
        wanted, shown = squeezed(self.wanted[part]), squeezed(self.shown[part])
        # The profile states its country in two letters; any name of it on a page is the same.
        if wanted == shown or (part == "country" and country_of(shown, wanted)):
            return self._difference(part, "same")
        rules = self._equal(part, wanted, shown) if wanted and shown else None
        return self._difference(part, "different" if rules is None else "written", rules or ())

    def _difference(self, part: str, kind: Kind, rules: tuple[Rule, ...] = ()) -> Difference:
        return Difference(part, self.wanted[part], self.shown[part], kind, rules)

    def _equal(self, part: str, wanted: str, shown: str) -> tuple[Rule, ...] | None:
        country = self.address.country
        if part == "country":
            return None
        if part == "postal-code":
            return same_code(country, wanted, shown)
        if part == "name":
            return _same_name(wanted, shown, country)
        if part in _AREAS:
            return same(wanted, shown, equivalents(country, "area"), self._areas())
        return same_in_any_order(wanted, shown, equivalents(country, "street"), ())

    def _as_a_whole(self, open_parts: list[str]) -> tuple[Rule, ...] | None:
        """Compare the differing parts as one text, then all parts."""
        forms = equivalents(self.address.country, "street", "area")
        for chosen in (open_parts, [part for part in _PLACE if part in self.wanted]):
            shown = _joined(self.shown, chosen)
            elsewhere = (another_order(),) if len(chosen) > 1 else ()
            for wanted, left_out in self._wanted_texts(chosen):
                ours, theirs, more = self._bare(wanted, shown)
                rules = same_in_any_order(ours, theirs, forms, self._areas())
                if rules is not None:
                    return tuple(dict.fromkeys((*left_out, *more, *rules, *elsewhere)))
        return None

    def _wanted_texts(self, chosen: list[str]) -> Iterator[tuple[str, tuple[Rule, ...]]]:
        """Yield the parts as one text, then without parts that the page has no field for."""
        yield _joined(self.wanted, chosen), ()
        may_miss = _MAY_MISS if "city" not in self.shown else _MAY_MISS[:1]
        for fields in may_miss:
            if all(getattr(self.address, field) for field in fields) and "district" not in self.shown:
                fewer = self.address.model_copy(update=dict.fromkeys(fields))
                names = ", ".join(part_name(field.replace("_", "-")) for field in fields)
                yield _joined(fitted(fewer, self.shown), chosen), (Rule(_("left out: {parts}", parts=names)),)

    def _bare(self, wanted: str, shown: str) -> tuple[str, str, tuple[Rule, ...]]:
        """Return both texts without the country and the postal code, which may be anywhere in them."""
        bare = self._without_country(shown)
        more = [Rule(_("with the country's name"))] if bare != shown else []
        code = re.escape(self.address.postal_code or "")
        pattern = rf"(?<![0-9A-Za-z]){code}(?![0-9A-Za-z])"
        if code and re.search(pattern, bare):
            if not re.search(pattern, wanted):
                more.append(Rule(_("with the postal code")))
            return re.sub(pattern, ",", wanted), re.sub(pattern, ",", bare), tuple(more)
        return wanted, bare, tuple(more)

    def _without_country(self, text: str) -> str:
        """Return the text without this country's name at its beginning or end."""
        country = self.address.country
        segments = [each for each in re.split(r"[,，]\s*", text) if not country_of(each, country)]
        if not segments:
            return text
        # In Chinese and Japanese nothing stands between the country and the province.
        first = re.sub("^(?:中华人民共和国|中国|日本国?(?!橋))", "", segments[0])
        return ", ".join([first, *segments[1:]])

    def _areas(self) -> tuple[Group, ...]:
        here = self.address
        return area_names(here.country, here.state, here.city, here.district)


def _one_name(wanted: str, shown: str, country: str) -> Difference:
    if squeezed(wanted) == squeezed(shown):
        return Difference("name", wanted, shown, "same")
    rules = _same_name(wanted, shown, country)
    return Difference("name", wanted, shown, "different" if rules is None else "written", rules or ())


def _same_name(wanted: str, shown: str, country: str) -> tuple[Rule, ...] | None:
    return same(wanted, shown, equivalents(country or "zz", "name"))


def _joined(texts: Mapping[str, str], chosen: list[str]) -> str:
    return ", ".join(filter(None, (squeezed(texts[part]) for part in chosen)))


def _in_another_script(address: WrittenAddress, page_parts: Mapping[str, str]) -> bool:
    page_text = _joined(page_parts, [part for part in (*LINES, *_AREAS) if part in page_parts])
    own_text = "".join((*address.lines, address.city))
    return bool(page_text) and is_ideographic(page_text) != is_ideographic(own_text)


def _distance(comparison: Comparison) -> tuple[int, int]:
    kinds = [each.kind for each in comparison.differences]
    return kinds.count("different"), kinds.count("written")
