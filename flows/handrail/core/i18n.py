"""Translate sentences with gettext catalogues; the language is chosen once per process."""

from __future__ import annotations

import gettext as _gettext
import locale
import os

LANGUAGES = ("en", "zh")
"""The languages; English is the source text."""

_current: _gettext.NullTranslations = _gettext.NullTranslations()
_language = "en"


def choose(language: str | None) -> str:
    """Use this language from now on; None, or one unknown, asks HANDRAIL_LANG, then the locale."""
    global _current, _language
    supported = language if language in LANGUAGES else None
    _language = _supported(supported or os.environ.get("HANDRAIL_LANG") or _locale_language())
    _current = _gettext.NullTranslations() if _language == "en" else _catalogue(_language)
    return _language


def source_texts() -> list[str]:
    """Return every sentence there is, in English."""
    catalogue: dict[str, object] = vars(_catalogue("zh"))["_catalog"]
    return [text for text in catalogue if isinstance(text, str) and text]


def language() -> str:
    """The code of the language in use: "en" or "zh"."""
    return _language


def gettext(message: str, **values: object) -> str:
    """Translate, then fill {named} places."""
    text = _current.gettext(message)
    return text.format(**values) if values else text


def together(*sentences: str) -> str:
    """Join sentences: with a space in English, without one in Chinese."""
    return ("" if _language == "zh" else " ").join(sentence for sentence in sentences if sentence)


def in_its_language(text: str) -> str:
    """Return an untranslated text; in Chinese with a word that says that it is English."""
    untranslated = _language == "zh" and text and not any("\u4e00" <= letter <= "\u9fff" for letter in text)
    return f"（英文）{text}" if untranslated else text


def lazy(message: str) -> str:
    """Return a sentence that is translated when it is converted with `str`."""
    return _Lazy(message)


class _Lazy(str):
    __slots__ = ()

    def __str__(self) -> str:
        return _current.gettext(str.__str__(self))


def _catalogue(language: str) -> _gettext.GNUTranslations:
    # Only Chinese needs it, and `--help` is quicker without.
    from importlib.resources import files

    catalogue = files("handrail") / "locale" / language / "LC_MESSAGES" / "handrail.mo"
    with catalogue.open("rb") as file:
        return _gettext.GNUTranslations(file)


def _locale_language() -> str:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return value
    return locale.getlocale()[0] or "en"


def _supported(name: str) -> str:
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"
