"""The scan's rules: a run's own private values in any spelling, and patterns of anyone's personal data."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

from handrail.core.i18n import source_texts

What = Literal["code", "password", "cookie", "phone", "email", "bank", "tax-id", "picture-text"]
"""The kind of value; picture-text: anything in a picture's file but pixels."""

_SHORTEST = 4
"""The fewest characters of a secret; shorter ones occur by chance."""
_SHORTEST_ALONE = 6
"""The fewest bank digits that are matched alone; fewer only after words for a bank account."""
_SHORTEST_ENDING = 4
"""The fewest characters of a tax id's end that a page may show."""
_SHORTEST_PART = 3
_DATED = re.compile(
    r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[t ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?(?![0-9])"
    # A time zone, as in 11:27:02 +0530 and (+0000); decoded as an address's, the plus is a space.
    r"|(?:(?<=:[0-9]{2} )|(?<=\())[ +-](?:0[0-9]|1[0-4])(?:00|15|30|45)(?![0-9])"
    r"|(?<![0-9.])127\.0\.0\.1(?![0-9.])"
)
"""Dates, times (RFC 3339) and time zones, and the loopback address."""
_GAP = r"[ \t.·/-]?"
_BETWEEN = r"[^0-9A-Za-z]{0,5}"


@dataclass(frozen=True)
class Known:
    """One private value of this run."""

    what: What
    """What it is."""
    value: str = field(repr=False)
    """The value itself: in this process only."""


@dataclass(frozen=True)
class Hidden:
    """What must not be readable in the evidence of a run."""

    known: tuple[Known, ...] = field(default=(), repr=False)
    """The run's own values; the general patterns are searched anyway."""
    displays: tuple[str, ...] = ()
    """The display forms of values, which are no leak: a phone's last digits may be a bank account's, too."""


@dataclass(frozen=True)
class View:
    """One decoded form of a text, in Unicode compatibility form."""

    text: str
    """The text."""
    folded: str
    """The text in lower case."""

    @cached_property
    def undated(self) -> str:
        """The text without dates, times and loopback addresses, whose digits may be a code's by chance."""
        return _DATED.sub(" ; ", self.folded)


@dataclass(frozen=True)
class Rule:
    """One search."""

    name: str
    """Its name in the evidence; nothing of a value."""
    what: What
    """The kind of value it finds."""
    finds: Callable[[View], bool] = field(repr=False)
    """Whether a view of a text matches."""


@lru_cache(maxsize=4)
def rules(hidden: Hidden) -> tuple[Rule, ...]:
    """Return all rules: the run's own values, then the general patterns."""
    own = [
        Rule(f"known-{known.what}", known.what, _finder(known))
        for known in hidden.known
        if len(known.value) >= _SHORTEST or known.what == "bank"
    ]
    return (*own, *SHAPES)


def rule_names(hidden: Hidden) -> list[str]:
    """Return the rules' names, each once."""
    return list(dict.fromkeys(rule.name for rule in rules(hidden)))


def _finder(known: Known) -> Callable[[View], bool]:
    value = known.value.casefold()
    if known.what == "phone":
        return _finds("|".join(_BETWEEN.join(digits) for digits in _national(value)))
    if known.what in ("bank", "tax-id"):
        # A page may show only the end of it; few digits alone may be a house number or a year.
        ends = "|".join(
            re.escape(value[start:]) for start in range(max(1, len(value) - _SHORTEST_ENDING + 1))
        )
        marks = rf"(?:[*x•·●…∗.]{{2}}|{_BANK_WORDS})[ :-]{{0,3}}(?:{ends})(?![0-9a-z])"
        whole = _spaced(value) if len(value) >= _SHORTEST_ALONE else marks
        return _finds(rf"{marks}|{whole}", at_least=value[-_SHORTEST_PART:])
    if known.what == "code" and value.isalpha() and value in _own_words():
        return lambda _view: False  # the report says “Help given” whatever is typed
    if known.what == "code":
        code = re.compile(_spaced(value))
        return lambda view: code.search(view.undated) is not None
    return _finds_words(known.value)


@lru_cache(maxsize=1)
def _own_words() -> frozenset[str]:
    """Return the words of Handrail's own sentences, in lower case."""
    return frozenset(re.findall(r"[a-z]+", " ".join(source_texts()).casefold()))


def _spaced(value: str) -> str:
    inner = _GAP.join(map(re.escape, value))
    return rf"(?<![0-9a-z]){inner}(?![0-9a-z])"


def _national(e164: str) -> set[str]:
    import phonenumbers

    number = phonenumbers.parse(e164)
    at_home = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    # Argentina writes mobile numbers differently at home.
    return {phonenumbers.national_significant_number(number), re.sub(r"[^0-9]", "", at_home)}


def _finds(pattern: str, *, at_least: str = "") -> Callable[[View], bool]:
    """Return a search in lower-case text; `at_least` is a part that is searched first, for speed."""
    whole, part = re.compile(pattern), re.compile(_GAP.join(map(re.escape, at_least)))

    def finds(view: View) -> bool:
        return part.search(view.folded) is not None and whole.search(view.folded) is not None

    return finds


def _finds_words(value: str) -> Callable[[View], bool]:
    wanted = value.casefold()
    # Base64 gives three different texts, by the byte's position in its group.
    encoded = {value.encode().hex(), *_in_base64(value.encode())}

    def finds(view: View) -> bool:
        return wanted in view.folded or any(form in view.text for form in encoded)

    return finds


def _in_base64(raw: bytes) -> Iterator[str]:
    if len(raw) < _SHORTEST_ALONE:
        return
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        # The first and last characters share bits with the neighbouring bytes.
        yield whole[-(-before * 8 // 6) : len(raw + b"\0" * before) * 8 // 6]


_BANK_WORDS = (
    r"ending(?: in| with)?|last (?:two|three|four|[2-4]) digits(?: are| is)?"
    r"|\u5c3e\u53f7[\u4e3a\u662f]?|\u672b[\u4e09\u56db34]\u4f4d"
)
_CODE_WORDS = (
    r"(?:verification|one.?time|security|sign.?in|login) (?:pass)?(?:code|word)|\botp\b|passcode"
    r"|\u9a8c\u8bc1\u7801|\u6821\u9a8c\u7801|\u52a8\u6001\u5bc6?\u7801"
)


def _holds_email(view: View) -> bool:
    # Searching around each @ only: the longest name (RFC 5321) from every character is slow.
    text = view.folded
    return any(
        _EMAIL.search(text, max(0, match.start() - 65), match.start() + 256) for match in _AT.finditer(text)
    )


def _holds_code(view: View) -> bool:
    text = view.folded
    return any(
        _BEFORE_CODE.search(text[max(0, match.start() - 60) : match.start()])
        for match in _CODE.finditer(text)
    )


def _holds_phone(view: View) -> bool:
    import phonenumbers

    valid = phonenumbers.Leniency.VALID
    # The library's search is slow: give it only texts after a plus.
    return any(
        phonenumbers.PhoneNumberMatcher(piece, None, leniency=valid).has_next()
        for piece in _AFTER_PLUS.findall(view.text)
    )


def _holds_account(view: View) -> bool:
    return any(_adds_up(match[0].replace(" ", "")) for match in _IBAN.finditer(view.text))


def _adds_up(iban: str) -> bool:
    # ISO 13616: the number modulo 97, letters as 10 to 35, is 1.
    number = "".join(str(int(c, 36)) for c in iban[4:] + iban[:4])
    return int(number) % 97 == 1


def _holds_card(view: View) -> bool:
    # A key's fingerprint in groups of four may look like a card number.
    text = _FINGERPRINT.sub(" ; ", view.text)
    return any(_luhn(re.sub(r"[ -]", "", match[0])) for match in _CARD.finditer(text))


def _luhn(digits: str) -> bool:
    # ISO/IEC 7812-1, annex B.
    doubled = [sum(divmod(int(d) * (1 + index % 2), 10)) for index, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


_IBAN = re.compile(
    r"(?<![0-9A-Za-z-])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,6}"
    r" ?[A-Z0-9]{3,4}(?: ?[A-Z0-9]{1,2})?(?![0-9A-Za-z-])"
)
_AFTER_PLUS = re.compile(r"\+[^0-9A-Za-z+]{0,3}[1-9][^A-Za-z+]{6,40}")
_CARD = re.compile(r"(?<![0-9A-Za-z.-])[3-6][0-9]{3}(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{3})?(?![0-9A-Za-z.-])")
_FINGERPRINT = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{4} ){15}[0-9a-f]{4}(?![0-9a-f])")
"""A SHA-256 in groups of four, as reports and the terminal write it."""
_AT = re.compile(r"(?<=[\w.+%-])@(?=\w)")
_EMAIL = re.compile(r"(?<![\w.+%•*-])[a-z0-9_.+%-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])")
_MOBILE = r"(?<![\w.:/+-])1[3-9][0-9]([ -]?)[0-9]{4}\1[0-9]{4}(?![\w:-])"
_NORTH_AMERICAN = (
    r"(?<![\w.:/+-])(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}(?![\w:-])"
)
_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9]{6}(?![0-9A-Za-z])")
_BEFORE_CODE = re.compile(rf"(?:{_CODE_WORDS})[^0-9\n]{{0,24}}$")

SHAPES = (
    Rule("any-email", "email", _holds_email),
    Rule("any-international-phone", "phone", _holds_phone),
    Rule("any-chinese-mobile", "phone", _finds(_MOBILE)),
    Rule("any-north-american-phone", "phone", _finds(_NORTH_AMERICAN)),
    Rule("any-iban", "bank", _holds_account),
    Rule("any-card", "bank", _holds_card),
    Rule("code-beside-its-word", "code", _holds_code),
)
"""Patterns that match anyone's personal data; masked forms do not match."""
