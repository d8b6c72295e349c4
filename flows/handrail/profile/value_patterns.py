"""All written forms of a phone number or e-mail, and one pattern that finds them in Python and JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

from handrail.profile.emails import ascii_domain
from handrail.profile.text import full_width

# Named one by one: \s and \d mean different characters in Python and in JavaScript.
_GAP = (
    r"(?:[\x09-\x0d\x20\x28\x29\x2b\x2d\x2e\x2f\x5f\xa0\xad\xb7\u2000-\u2015\u2028-\u202f\u205f-\u2064"
    r"\u2066-\u2069\u2212\u3000\ufeff\uff08\uff09\uff0d\uff0e\uff0f]"
    r"|%(?:2[089dDeEfF]|[cC]2%[aA]0|[eE]3%80%80)|\\[ntr]|\\u(?:00[aA]0|3000)"
    r"|&(?:nbsp|#160|#[xX][aA]0);){0,4}"
)
_UNSEEN = r"[\xad\u200b-\u200f\u2060\ufeff]?"
_ENTITIES = {"&": "amp", "@": "commat", "+": "plus", "'": "apos", ".": "period"}


@lru_cache(maxsize=64)
def phone_forms(e164: str) -> tuple[str, ...]:
    """Return every form in which a page, a file or an address may hold a number."""
    import phonenumbers

    number = phonenumbers.parse(e164)
    code = str(number.country_code)
    style = phonenumbers.PhoneNumberFormat
    international = phonenumbers.format_number(number, style.INTERNATIONAL)
    national = phonenumbers.format_number(number, style.NATIONAL)
    core = phonenumbers.national_significant_number(number)
    groups = _digits(international)[1:]
    forms = [e164, e164[1:], f"00{e164[1:]}", international, national, core, _trunk(e164) + core]
    for gap in (" ", "-", ".", "\u00a0", "\u3000"):
        inner = gap.join(groups)
        forms += [f"{sign}{code}{gap}{inner}" for sign in ("+", "", "00", "00" + gap)]
        forms += [inner, gap.join(_digits(national))]
    forms += [f"+{code} {core}", f"(+{code}) {' '.join(groups)}", f"(+{code}){core}"]
    first, rest = groups[0], groups[1:]
    forms += [f"+{code} ({first}) {' '.join(rest)}", f"({first}) {'-'.join(rest)}"]
    if _trunk(e164) == "0":
        forms.append(f"+{code} (0) {' '.join(groups)}")
    forms += ["".join(_digits(national)), phonenumbers.format_number(number, style.RFC3966)]
    return _with_encodings(forms)


@lru_cache(maxsize=64)
def email_forms(address: str) -> tuple[str, ...]:
    """Return every form in which a page, a file or an address may hold an e-mail address."""
    name, _at, domain = address.rpartition("@")
    forms = [address, address.lower(), address.upper()]
    forms += [f"{name}@{ascii_domain(address)}", f"{name}\uff20{domain}"]
    return (*_with_encodings([*forms, f"mailto:{address}"]), name)


@lru_cache(maxsize=64)
def phone_pattern(e164: str) -> str:
    """Return a regex that finds a number in any spacing, with or without its country code.

    It has no word boundaries: a number next to other digits is still readable.
    """
    import phonenumbers

    number = phonenumbers.parse(e164)
    core = phonenumbers.national_significant_number(number)
    at_home = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    national = "".join(_digits(at_home))
    # Argentina writes a mobile differently at home, so its core is not part of the national form.
    cores = [core] if national.endswith(core) else [national, core]
    zeros = f"{_digit('0')}{_GAP}{_digit('0')}{_GAP}"
    plus = f"{_any_form('+')}{_GAP}"
    code = f"(?:(?:{plus}|{zeros})?{_spaced(str(number.country_code))}{_GAP})?"
    trunk = f"(?:(?:{_spaced('0')}|{_spaced(_trunk(e164) or '0')}){_GAP})?"
    return f"{code}{trunk}(?:{'|'.join(_spaced(digits) for digits in cores)})"


@lru_cache(maxsize=64)
def email_pattern(address: str) -> str:
    """Return a regex that finds an address in any case, width and encoding."""
    name, _at, domain = address.rpartition("@")
    domains = dict.fromkeys((domain, ascii_domain(address)))
    tails = "|".join(_breakable(each) for each in domains)
    return f"{_breakable(name)}{_UNSEEN}{_any_form('@')}{_UNSEEN}(?:{tails})"


def _breakable(text: str) -> str:
    return "".join(_any_form(c) + (_UNSEEN if c in ".-_+" else "") for c in text)


def _spaced(digits: str) -> str:
    return _GAP.join(_digit(d) for d in digits)


def _digit(digit: str) -> str:
    wide = chr(ord(digit) + 0xFEE0)
    return rf"(?:[{digit}{wide}]|\\u[fF][fF]1{digit}|%[eE][fF]%[bB][cC]%9{digit})"


def _any_form(character: str) -> str:
    """Return a regex for one character, full-width, URL-, JSON- or HTML-encoded, in any case."""
    variants = dict.fromkeys((character, character.lower(), character.upper()))
    variants |= dict.fromkeys(full_width(c) for c in tuple(variants))
    forms = [_literal(c) for c in variants]
    for variant in variants:
        if not (variant.isascii() and variant.isalnum()):
            code = ord(variant[0])
            in_json = "".join(f"\\u{unit:04x}" for unit in _utf16(variant))
            encodings = (quote(variant, safe=""), in_json, f"&#{code};", f"&#x{code:x};")
            forms += [_any_case(encoding) for encoding in encodings]
    if character in _ENTITIES:
        forms.append(f"&{_ENTITIES[character]};")
    return f"(?:{'|'.join(dict.fromkeys(forms))})"


def _any_case(encoding: str) -> str:
    # The u of a JSON escape is always small, the x of an HTML one need not be.
    either = {c: f"[{c}{c.upper()}]" for c in "abcdefx"}
    return "".join(either.get(c.lower(), _literal(c)) for c in encoding)


def _literal(text: str) -> str:
    return re.sub(r"[^\w\s]", _escaped, text)


def _escaped(match: re.Match[str]) -> str:
    # A hexadecimal escape is the one spelling that both languages read alike, with every flag.
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else match[0]


def _with_encodings(forms: Iterable[str]) -> tuple[str, ...]:
    plain_forms = tuple(dict.fromkeys(form for form in forms if form))
    wide = [full_width(form) for form in plain_forms[:8]]
    encoders = (_quoted, quote_plus, _in_json)
    encoded = [encode(form) for form in (*plain_forms, *wide[:2]) for encode in encoders]
    escaped = [form.replace("+", "\\u002b").replace("@", "\\u0040") for form in plain_forms]
    return tuple(dict.fromkeys((*plain_forms, *wide, *encoded, *escaped)))


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _digits(text: str) -> list[str]:
    return re.findall(r"[0-9]+", text)


def _trunk(e164: str) -> str:
    import phonenumbers

    region = phonenumbers.region_code_for_number(phonenumbers.parse(e164))
    return phonenumbers.ndd_prefix_for_region(region, True) or "" if region else ""


def _utf16(character: str) -> list[int]:
    raw = character.encode("utf-16-be")
    return [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]
