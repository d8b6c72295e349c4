"""Reading a locator as Playwright writes it in Python, to say the same thing as a site file does."""

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
"""XPath, and the selector engines that a site file does not offer."""


class UnsupportedLocator(ValueError):
    """The locator says something that a site file has no words for."""


@dataclass(frozen=True)
class Step:
    """One step of a locator, inside the step before it."""

    role: str | None = None
    name: str | None = None
    label: str | None = None
    text: str | None = None
    css: str | None = None

    def at(self, within: str | None = None) -> LocatorSpec:
        """Return the same as a site file says it."""
        wording = {"name": self.name, "label": self.label, "text": self.text}
        said = {key: {"en": word} for key, word in wording.items() if word is not None}
        said |= {"role": self.role, "css": self.css, "within": within}  # type: ignore[dict-item]  # validated
        return LocatorSpec.model_validate({key: value for key, value in said.items() if value is not None})


def steps(expression: str) -> tuple[Step, ...]:
    """Return a locator's steps from the outside in; UnsupportedLocator for one no site file can express.

    It is parsed, never evaluated. Positions (`nth`, `first`) are left to whoever narrows it otherwise.
    """
    try:
        node = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise UnsupportedLocator(expression) from None
    return tuple(_steps(node))


def _steps(node: ast.expr) -> list[Step]:
    if isinstance(node, ast.Name):
        return []  # page, from which everything begins
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
    given = {str(word.arg): _said(word.value) for word in node.keywords}
    if method == "filter":
        return _narrowed(before, given)
    return [*before, _step(method, [_said(one) for one in node.args], given)]


def _step(method: str, arguments: list[object], given: dict[str, object]) -> Step:
    said = arguments[0] if len(arguments) == 1 else None
    if not isinstance(said, str) or not set(given) <= {"name", "exact", "has_text"}:
        raise UnsupportedLocator(method)
    if method == "get_by_role":
        return Step(role=said, name=_text(given.get("name")))
    if method == "get_by_label":
        return Step(label=said)
    if method == "get_by_text":
        return Step(text=said)
    if method == "locator" and not _NO_CSS.search(said):
        return Step(css=said, text=_text(given.get("has_text")))
    if method in _ATTRIBUTE_OF:
        return Step(css=f"[{_ATTRIBUTE_OF[method]}={quoted(said)}]")
    raise UnsupportedLocator(method)


def _narrowed(before: list[Step], given: dict[str, object]) -> list[Step]:
    if given == {"visible": True}:
        return before  # only what is visible counts anyway
    text = _text(given.get("has_text"))
    if set(given) != {"has_text"} or text is None or not before or before[-1].text is not None:
        raise UnsupportedLocator("filter")
    last = before[-1]
    if last.css is None and last.role is None:
        raise UnsupportedLocator("filter")
    return [*before[:-1], Step(role=last.role, name=last.name, css=last.css, text=text)]


def _said(node: ast.expr) -> object:
    if isinstance(node, ast.Constant):
        return node.value
    raise UnsupportedLocator(ast.unparse(node))


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise UnsupportedLocator(str(value))


def quoted(value: str) -> str:
    """Return a text as CSS writes it in quotation marks."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
