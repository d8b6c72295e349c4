"""A bundle's report as its reader sees it: its text, its tables' numbers, its timeline line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

_PARTS = re.compile(r"(?s)<style.*?</style>|<svg.*?</svg>|<script.*?</script>")
_SECTION = r'(?s)<section>\s*<h2 id="{name}">.*?</section>'
_BREAKS = re.compile(r"</(?:p|li|tr|dd|dt|h1|h2|td|th|div)>|<br>")


@dataclass(frozen=True)
class ReportPage:
    """What stands on the page."""

    text: str
    """All of it, a line for each block."""
    sent: tuple[int, ...]
    """How often each effect was sent, as the table says."""
    counted: tuple[int, ...]
    """How often the mock counted it, as the table says."""
    states: tuple[str, ...]
    """The column of states."""
    lines: tuple[tuple[str, ...], ...]
    """The timeline: title and details of each line."""


def read_report(html: str) -> ReportPage:
    """Read the page as it is written, without running anything on it."""
    html = _PARTS.sub("", html)
    effects, channels, timeline = (_section(html, name) for name in ("effects", "channels", "timeline"))
    numbers = [re.findall(r'(?s)<td class="number">(.*?)</td>', row) for row in _rows(effects)]
    return ReportPage(
        text=_text(html),
        sent=tuple(int(row[0]) for row in numbers if row),
        counted=tuple(int(_text(row[1])) for row in numbers if len(row) > 1 and _text(row[1]).isdigit()),
        states=tuple(_text(found) for found in re.findall(r"(?s)<td><b>(.*?)</b>", channels)),
        lines=tuple(
            tuple(_text(part) for part in re.findall(r'(?s)<p class="(?:title|detail)[^"]*">(.*?)</p>', line))
            for line in re.findall(r'(?s)<li class="[a-z]+">.*?</li>', timeline)
        ),
    )


def _section(html: str, name: str) -> str:
    found = re.search(_SECTION.format(name=name), html)
    return found[0] if found else ""


def _rows(table: str) -> list[str]:
    return re.findall(r"(?s)<tr>.*?</tr>", table.partition("<tbody>")[2])


def _text(html: str) -> str:
    plain = unescape(re.sub(r"<[^>]*>", "", _BREAKS.sub("\n", html)))
    return "\n".join(line.strip() for line in plain.splitlines() if line.strip())
