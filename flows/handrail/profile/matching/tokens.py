"""Split a text into comparable words, without width, case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from handrail.profile.text import plain

# ICAO Doc 9303, part 3, section 6: how letters with marks are written without them.
_WIDE = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "œ": "oe", "þ": "th"}
)
_NARROW = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "þ": "th"})

_IDEOGRAPH = r"\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"\d+|[{_IDEOGRAPH}]|[^\W\d_{_IDEOGRAPH}]+|[#&]")
_DOTTED = re.compile(r"\b[^\W\d_](?:\.[^\W\d_])+\b\.?")
_APOSTROPHE = re.compile(r"(?<=\w)['\u2018\u2019\u02bc`\u00b4](?=\w)")
_NUMERALS = re.compile(
    r"[〇零一二三四五六七八九十百]+(?=丁目|丁|番|号|號|栋|棟|幢|座|楼|樓|层|層|室|单元|單元|弄|巷|段|階|條|条)"
)


@dataclass(frozen=True)
class Token:
    """One word, number or ideograph of a text."""

    raw: str
    """As it was written."""
    plain: str
    """Small letters without marks: müller is muller."""
    wide: str
    """Small letters, with marks spelt out: müller is mueller."""

    def same(self, other: Token) -> bool:
        """Whether both are the same word apart from accents and capitals."""
        return bool({self.plain, self.wide} & {other.plain, other.wide})


def tokens(
    text: str, endings: tuple[str, ...] = (), letters: Mapping[str, str] | None = None
) -> tuple[Token, ...]:
    """Return a text's words in order; ideographs and the given endings are words of their own."""
    written = _DOTTED.sub(lambda match: match[0].replace(".", ""), plain(text))
    written = _APOSTROPHE.sub("", written)
    return tuple(
        _token(part, letters or {}) for word in _WORD.findall(written) for part in _split(word, endings)
    )


def in_digits(text: str) -> str:
    """Return the text with the Chinese numerals of houses, floors and rooms as digits: 四栋 is 4栋."""
    return _NUMERALS.sub(lambda match: str(_number(match[0])), text)


def is_ideographic(text: str) -> bool:
    """Tell whether a text is in Chinese or Japanese script."""
    return re.search(rf"[{_IDEOGRAPH}]", text) is not None


def squeezed(text: str) -> str:
    """Return the text with single spaces and none around it."""
    return " ".join(text.split())


def unmarked(text: str) -> str:
    """Return the text without accents and other marks on its letters."""
    apart = unicodedata.normalize("NFKD", text)
    # Marks on kana are letters of their own: か is not が.
    kept = (c for c in apart if not unicodedata.combining(c) or c in "\u3099\u309a")
    return unicodedata.normalize("NFC", "".join(kept))


def _token(word: str, letters: Mapping[str, str]) -> Token:
    folded = "".join(letters.get(c, c) for c in word).casefold()
    return Token(
        word, unmarked(folded).translate(_NARROW), unmarked(folded.translate(_WIDE)).translate(_NARROW)
    )


def _split(word: str, endings: tuple[str, ...]) -> Iterator[str]:
    for cut in range(2, len(word) if endings else 0):
        if unmarked(word[cut:].casefold()) in endings:
            yield from (word[:cut], word[cut:])
            return
    yield word


def _number(numerals: str) -> int:
    """Return the number that Chinese numerals up to 199 say; 〇 and plain rows of digits too."""
    if not re.search("[十百]", numerals):
        return int("".join(str(int(unicodedata.numeric(c))) for c in numerals))
    hundreds, _mark, rest = numerals.rpartition("百")
    tens, mark, ones = rest.rpartition("十")
    value = _digit(hundreds, 1) * 100 if _mark else 0
    return value + (_digit(tens, 1) * 10 if mark else 0) + _digit(ones, 0)


def _digit(numeral: str, default: int) -> int:
    value = numeral.strip("零〇")
    return int(unicodedata.numeric(value)) if len(value) == 1 else default
