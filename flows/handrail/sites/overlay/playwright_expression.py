"""Convert a Playwright locator expression in Python into a LocatorSpec."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from handrail.sites.schema.locators import LocatorSpec

_ATTRIBUTE_OF = {
    "get_by_test_id": "data-testid",
    "get_by_placeholder": "placeholder",
    "get_by_alt_text": "alt",
    "get_by_title": "title",
}
_NO_CSS = re.compile(r"^\s*(?://|\.\.|[a-z:_-]+=)|>>")
"""XPath and selector engines that site files do not support."""


class UnsupportedLocator(ValueError):
    """The locator cannot be expressed in a site file."""


@dataclass(frozen=True)
class Step:
    """One step of a locator, inside the step before it."""

    role: str | None = None
    name: str | None = None
    label: str | None = None
    text: str | None = None
    css: str | None = None

    def at(self, within: str | None = None) -> LocatorSpec:
        """Return the step as a LocatorSpec."""
        wording = {"name": self.name, "label": self.label, "text": self.text}
        fields = {key: {"en": word} for key, word in wording.items() if word is not None}
        fields |= {"role": self.role, "css": self.css, "within": within}  # type: ignore[dict-item]  # validated
        return LocatorSpec.model_validate({key: value for key, value in fields.items() if value is not None})


def steps(expression: str) -> tuple[Step, ...]:
    """Return a locator's steps from the outside in; UnsupportedLocator for one no site file can express.

    The expression is parsed, never evaluated. Positions (`nth`, `first`, `last`) are ignored.
    """
    try:
        node = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise UnsupportedLocator(expression) from None
    return tuple(_steps(node))


def _steps(node: ast.expr) -> list[Step]:
    if isinstance(node, ast.Name):
        return []  # the page
    if isinstance(node, ast.Attribute) and node.attr in ("first", "last"):
        return _steps(node.value)
    if not isinstance(node, ast.Call):
        raise UnsupportedLocator(ast.unparse(node))
    if isinstance(node.func, ast.Name):
        before, method = [], node.func.id
    elif isinstance(node.func, ast.Attribute):
        before, method = _steps(node.func.value), node.func.attr
    else:
        raise UnsupportedLocator(ast.unparse(node))
    if method == "nth":
        return before
    keywords = {str(word.arg): _constant(word.value) for word in node.keywords}
    if method == "filter":
        return _narrowed(before, keywords)
    return [*before, _step(method, [_constant(argument) for argument in node.args], keywords)]


def _step(method: str, arguments: list[object], keywords: dict[str, object]) -> Step:
    argument = arguments[0] if len(arguments) == 1 else None
    if not isinstance(argument, str) or not set(keywords) <= {"name", "exact", "has_text"}:
        raise UnsupportedLocator(method)
    if method == "get_by_role":
        return Step(role=argument, name=_text(keywords.get("name")))
    if method == "get_by_label":
        return Step(label=argument)
    if method == "get_by_text":
        return Step(text=argument)
    if method == "locator" and not _NO_CSS.search(argument):
        return Step(css=argument, text=_text(keywords.get("has_text")))
    if method in _ATTRIBUTE_OF:
        return Step(css=f"[{_ATTRIBUTE_OF[method]}={quoted(argument)}]")
    raise UnsupportedLocator(method)


def _narrowed(before: list[Step], keywords: dict[str, object]) -> list[Step]:
    if keywords == {"visible": True}:
        return before  # site files only match visible elements
    text = _text(keywords.get("has_text"))
    if set(keywords) != {"has_text"} or text is None or not before or before[-1].text is not None:
        raise UnsupportedLocator("filter")
    last = before[-1]
    if last.css is None and last.role is None:
        raise UnsupportedLocator("filter")
    return [*before[:-1], Step(role=last.role, name=last.name, css=last.css, text=text)]


def _constant(node: ast.expr) -> object:
    if isinstance(node, ast.Constant):
        return node.value
    raise UnsupportedLocator(ast.unparse(node))


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise UnsupportedLocator(str(value))


def quoted(value: str) -> str:
    """Return a text as a quoted CSS string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
