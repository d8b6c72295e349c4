"""Split an address into the parts that a page has fields for, or join it into one line."""

from __future__ import annotations

import re
from collections.abc import Collection

from handrail.core.labels import label
from handrail.profile.matching.areas import rules
from handrail.profile.matching.tokens import is_ideographic
from handrail.profile.model import WrittenAddress

PARTS = ("name", "line1", "line2", "line3", "district", "city", "state", "postal-code", "country")
"""Every part, in the order of an address; a site file names its fields so."""
LINES = ("line1", "line2", "line3")


def part_name(part: str) -> str:
    """Return the label of an address part; anything else is returned unchanged."""
    return label("part", part)


def parts(address: WrittenAddress, name: str | None = None) -> dict[str, str]:
    """Return an address as parts for a page that has all fields.

    Lines beyond the third are joined to it with a comma.
    """
    return fitted(address, PARTS, name)


def fitted(address: WrittenAddress, available: Collection[str], name: str | None = None) -> dict[str, str]:
    """Return an address as parts for a page that has only these fields; nothing is lost.

    Lines are joined if the page has fewer. A district without a field is added to the last line.
    Without a field for the city, the whole address goes into the lines. Unused fields are "", so
    that a page's old value is cleared.
    """
    lines = [part for part in LINES if part in available] or ["line1"]
    texts, areas = list(address.lines), _areas(address)
    if "city" not in available:
        texts, areas = [one_line(address)], {}
    elif "district" not in available and address.district:
        texts = _with_district(address, texts)
    typed = dict.fromkeys(lines, "") | dict(zip(lines, _squeezed_into(texts, len(lines)), strict=False))
    typed |= {part: areas.get(part, "") for part in ("district", "city", "state", "postal-code")}
    typed |= {"country": address.country} | ({"name": name} if name else {})
    return {part: typed[part] for part in PARTS if part in available and part in typed}


def one_line(address: WrittenAddress) -> str:
    """Return the address without its country in one line, in its country's own order.

    In Chinese and Japanese it has no postal code.
    """
    ideographic = is_ideographic(address.city)
    written = rules(address.country)
    order = written["fmt"] if ideographic else written.get("lfmt", written["fmt"])
    lines = order.split("%n")
    if ideographic:
        return "".join(_filled(re.sub("〒?%Z", "", line), address, "").strip() for line in lines)
    return ", ".join(filter(None, (_filled(line, address, ", ").strip(" ,-") for line in lines)))


def _filled(line: str, address: WrittenAddress, between: str) -> str:
    """Fill one line of a country's format; an area missing in the format is added to the street."""
    values = {
        "A": between.join(address.lines),
        "D": address.district or "",
        "C": address.city,
        "S": address.state or "",
        "Z": address.postal_code or "",
    }
    every = "".join(part for part in rules(address.country)["fmt"] if part in values)
    missing = [values[part] for part in "CD" if part not in every and values[part]]
    if between:
        values["A"] = between.join((values["A"], *reversed(missing)))
    else:
        values["A"] = "".join((*missing, values["A"]))
    for part in "NOXADCSZ":
        line = line.replace(f"%{part}", values.get(part, ""))
    return line if any(values[part] in line for part in values if values[part]) else ""


def _areas(address: WrittenAddress) -> dict[str, str]:
    return {
        "district": address.district or "",
        "city": address.city,
        "state": address.state or "",
        "postal-code": address.postal_code or "",
    }


def _with_district(address: WrittenAddress, lines: list[str]) -> list[str]:
    district = address.district or ""
    if is_ideographic(district):
        return [f"{district}{lines[0]}", *lines[1:]]
    return [*lines[:-1], f"{lines[-1]}, {district}"]


def _squeezed_into(texts: list[str], count: int) -> list[str]:
    """Return at most `count` texts; the last one joins the rest."""
    last = texts[count - 1 :]
    between = "" if any(is_ideographic(text) for text in last) else ", "
    return [*texts[: count - 1], *([between.join(last)] if last else [])]
