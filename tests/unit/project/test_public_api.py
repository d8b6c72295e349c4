"""`import handrail` gives the names of its API, and costs next to nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from documents import REFERENCE, rows

import handrail


def test_every_public_name_is_there_and_documented() -> None:
    """What `__all__` names can be imported, and docs/reference/api.md has a row for each."""
    table = rows(REFERENCE / "api.md", "# The Python API")
    documented = {cell.strip("`").partition("(")[0] for cell, _is in table}
    assert documented == set(handrail.__all__)
    assert [name for name in handrail.__all__ if getattr(handrail, name, None) is None] == []
    assert set(handrail.__all__) <= set(dir(handrail))


def test_the_lazy_names_are_the_typed_ones() -> None:
    """The names that a type checker sees are the objects that a program gets."""
    ran = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", _SAME], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "same\n"), ran.stderr


def test_importing_the_package_loads_neither_a_browser_nor_the_models() -> None:
    """A program that only asks for the version, and `handrail --help`, does not wait for the rest."""
    code = "import handrail, sys; print(sorted({'playwright', 'pydantic', 'rich'} & set(sys.modules)))"
    ran = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert ran.stdout == "[]\n"


def test_a_name_that_is_not_public_is_refused() -> None:
    """A mistyped name is the usual AttributeError, not something that is looked for forever."""
    with pytest.raises(AttributeError, match="run_flows"):
        handrail.run_flows  # noqa: B018  # reading it is what is tested


_SAME = """
import ast, importlib, inspect
import handrail
tree = ast.parse(inspect.getsource(handrail))
guarded = next(node for node in tree.body if isinstance(node, ast.If))
typed = {name.name: node.module for node in guarded.body for name in node.names}
assert set(typed) | {"__version__"} == set(handrail.__all__)
for name, module in typed.items():
    assert getattr(handrail, name) is getattr(importlib.import_module(module), name)
print("same")
"""
