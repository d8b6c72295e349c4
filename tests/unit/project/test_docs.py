"""The pages of docs/ are fresh, lead somewhere, and name what is there."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer.main
from documents import DOCS, PAGES, REFERENCE, anchors, blocks, commands, handrail_words, links, prose
from project_paths import ROOT

from handrail.core.i18n import choose
from handrail.registry import FLOWS
from handrail_cli.main import build_app

MADE_BY_THE_READER = {
    "flows/handrail/status.py",
    "tests/browser/test_status.py",
    "cli/handrail_cli/flows.py",
    "tests/browser/test_flows.py",
}
"""Files that a how-to has its reader write."""
GENERATED_WORDS = {
    "cli.md": "print one JSON object",
    "site-file.md": "A key of [pages]",
    "scenario.md": "How codes behave.",
    "profile.md": "Two letters (ISO 3166).",
}
"""Something that each generated page says."""
NOT_OURS = {"LC_ALL"}
"""Names that only somebody else's programs know."""
_NAME = re.compile(r"\b(?:[A-Z][a-z]+(?:[A-Z][a-z]*)+|[A-Za-z]+_\w*[a-z0-9]|[a-z]+(?=\())\b")
"""Words with a capital in the middle, with an underscore, or before a bracket: no word of English."""
_PATH = re.compile(r"(?<![\w/.-])(?:flows|cli|fixtures|tests|docs|requirements)/[\w./*-]+\.\w+")

each_page = pytest.mark.parametrize("document", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())


def generator(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the generated parts of the pages in this folder."""
    return subprocess.run(  # noqa: S603  # our own script
        [sys.executable, str(ROOT / "tests" / "tools" / "docs.py"), "--check", str(folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_generated_parts_are_what_the_program_says() -> None:
    """A changed option or key without `make docs` fails here."""
    ran = generator(REFERENCE)
    assert ran.returncode == 0, ran.stderr


def test_stale_pages_are_noticed(tmp_path: Path) -> None:
    """One word that is no longer so is enough; each page is named, and left as it was."""
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    stale = {}
    for name, words in GENERATED_WORDS.items():
        text = (folder / name).read_text("utf-8")
        stale[name] = text.replace(words, "Something else.")
        assert stale[name] != text
        (folder / name).write_text(stale[name], "utf-8")
    ran = generator(folder)
    assert ran.returncode == 1
    assert "make docs" in ran.stderr
    assert [name for name in stale if name not in ran.stderr] == []
    assert {name: (folder / name).read_text("utf-8") for name in stale} == stale


def test_every_command_has_its_help() -> None:
    """No verb is missing from the page of commands, sub-verbs included."""
    text = (REFERENCE / "cli.md").read_text("utf-8")
    for verb in (
        "dry-run",
        "run",
        "profile example",
        "profile check",
        "scenarios",
        "guide",
        "mock",
        "site check",
        "site unlock",
        "evidence verify",
        "evidence export",
        "evidence key pin",
        "stop",
        "doctor",
    ):
        assert f"\n## handrail {verb}\n" in text


def test_the_index_names_every_page() -> None:
    """Whoever starts at docs/README.md finds every page in one step."""
    index = ROOT / "docs" / "README.md"
    named = {(index.parent / link).resolve() for _words, link in links(index)}
    assert {page for page in DOCS if page != index} <= named


@each_page
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    """Links and pictures exist beside the page, and so do the headings they lead to."""
    missing = []
    for _words, link in links(document):
        path, _hash, anchor = link.partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            missing.append(link)
    assert not missing


@each_page
def test_a_link_that_names_a_file_leads_to_that_file(document: Path) -> None:
    """A file that was moved or renamed has its new name in the words, too."""
    named = [
        (words.strip("`"), link) for words, link in links(document) if re.fullmatch(r"`[\w/.-]+\.\w+`", words)
    ]
    assert [(words, link) for words, link in named if not link.partition("#")[0].endswith(words)] == []


@each_page
def test_every_path_it_names_is_there(document: Path) -> None:
    """A path in words, in a command or in an example is a file of this repository."""
    named = {path.rstrip(".") for path in _PATH.findall(document.read_text("utf-8"))}
    missing = [path for path in named - MADE_BY_THE_READER if not list(ROOT.glob(path))]
    assert not missing


@each_page
def test_every_source_file_it_names_is_there(document: Path, sources: dict[str, str]) -> None:
    """`page/navigation.py` in words is the end of some file's path."""
    named = set(re.findall(r"`([\w/]+\.(?:py|js))`", document.read_text("utf-8"))) - MADE_BY_THE_READER
    missing = [name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in sources)]
    assert not missing


@each_page
def test_every_name_of_the_source_is_there(document: Path, source_words: set[str]) -> None:
    """A class or function in words is one that the source has: renamed things are renamed here, too."""
    code = {word for one in re.findall(r"`([^`\n]+)`", prose(document)) for word in _NAME.findall(one)}
    assert sorted(code - source_words - NOT_OURS) == []


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """Read every file that may name something, by its path."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for root in ("flows", "cli", "fixtures", "tests")
        for path in (ROOT / root).rglob("*")
        if path.suffix in (".py", ".js", ".toml", ".j2")
    }


@pytest.fixture(scope="module")
def source_words(sources: dict[str, str]) -> set[str]:
    """Return every word of these files and of their paths."""
    return {word for text in (*sources, *sources.values()) for word in re.findall(r"\w+", text)}


@each_page
def test_its_python_compiles_and_imports_what_is_there(document: Path) -> None:
    """An example that names a module or a name of ours names one that exists."""
    inline = re.findall(r"`(from handrail[^`\n]*)`", prose(document))
    for text in (*inline, *(block.text for block in blocks(document, "python"))):
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("handrail"):
                module = import_module(str(node.module))
                assert [one.name for one in node.names if not _has(module, one.name)] == []


def _has(module: Any, name: str) -> bool:
    if hasattr(module, name):
        return True
    try:
        import_module(f"{module.__name__}.{name}")
    except ImportError:
        return False
    return True


@each_page
def test_its_commands_can_be_typed(document: Path) -> None:
    """Every `handrail` line names a verb, and options and flows, that there are."""
    choose("en")
    application = typer.main.get_command(build_app())
    made = {"status", "flows"}  # a flow and a verb that a how-to has its reader write
    for block in blocks(document, "sh", "console"):
        for line in commands(block):
            words = handrail_words(line)
            if words is None or made & set(words):
                continue
            verb: Any = application
            while words and words[0] in getattr(verb, "commands", {}):
                verb = verb.commands[words.pop(0)]
            assert not getattr(verb, "commands", None), line
            known = {name for parameter in verb.params for name in parameter.opts}
            options = {word.partition("=")[0] for word in words if word.startswith("--")}
            assert options <= known | {"--help"}, line
            if verb.params[0].name == "flow":  # an argument comes first
                assert words[0] in FLOWS, line
