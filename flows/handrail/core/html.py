"""The Jinja environment for HTML pages."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

_NO_BIDI = {ord(mark): None for mark in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


@lru_cache
def environment(*packages: str) -> Environment:
    """Return an environment that looks for templates in these packages, in this order."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Text from a page must not change the direction of the text around it.
        finalize=lambda value: value.translate(_NO_BIDI) if type(value) is str else value,
    )
