"""Narrow terminals: nothing that is copied is cut or broken, and wide characters take two columns."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from importlib.resources import as_file, files
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from handrail_cli.main import main
from handrail_cli.tables import Column, show_table
from handrail_cli.wrapping import wrapped
from handrail_fixtures import scenario

PATH = "/home/wei/Documents/handrail-evidence/20261128T115642Z-contact-b93acc1d/report.html"
COMMAND = "`handrail guide contact --site amazon-us --profile '/home/wei/my seller.toml' --with-values`"
WIDTHS = [60, 80]

Shown = Callable[..., list[str]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shown:
    """Run the command line as a terminal of some columns shows it; return its lines without colours."""

    def run(width: int, *arguments: str) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("TTY_COMPATIBLE", "1")
        main(list(arguments))
        return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()

    return run


def too_wide(lines: Sequence[str], width: int) -> list[str]:
    """The lines that a terminal would break, although they could have been broken at a word."""
    return [line for line in lines if cell_len(line) > width and not one_piece(line)]


def one_piece(line: str) -> bool:
    """Whether a line holds nothing but one thing to copy, after its mark."""
    bare = re.sub(r"^(?:\d+\.|[-•·→←✕✗☐!] ?|\s)+", "", line).strip("。. ")
    return " " not in bare or (bare.startswith("`") and bare.endswith("`"))


@pytest.mark.parametrize("width", [30, *WIDTHS, 120])
@pytest.mark.parametrize(
    "text",
    [
        f"The report is at {PATH}, and it can be opened in any browser.",
        f"报告在 {PATH}，可以用任何浏览器打开。",
        f"To have them whole, for your own eyes: {COMMAND}",
        f"要看完整内容（仅供您本人查看），请运行：{COMMAND}。",
    ],
)
def test_what_is_copied_stays_in_one_piece(width: int, text: str) -> None:
    """A path or a command runs over the edge, where a terminal joins it again when it is copied."""
    lines = wrapped(text, width, "  • ").split("\n")
    assert too_wide(lines, width) == []
    assert any((PATH if PATH in text else COMMAND) in line for line in lines)
    assert "".join("".join(lines).split()) == "•" + "".join(text.split())


def test_chinese_is_broken_between_characters_and_not_before_a_full_stop() -> None:
    """Each character is two columns wide; a line begins with no closing sign and ends with no opening one."""
    lines = wrapped("手机号应为 +86 加 11 位数字，现在只有 10 位，少了一位。（请逐位核对。）", 20).split("\n")
    assert all(cell_len(line) <= 20 for line in lines)
    assert len(lines) > 3
    assert not any(line[0] in "，。）" or line[-1] in "（" for line in lines)


def test_lines_hang_under_their_mark() -> None:
    """A list inside a text keeps its own indent."""
    assert wrapped("one two three", 13, "• ").split("\n") == ["• one two", "  three"]
    assert wrapped("a:\n  one two three", 13).split("\n") == ["a:", "  one two", "    three"]


def test_a_file_is_given_whole_lines() -> None:
    """Without a terminal nothing is wrapped: a script reads one sentence in one line."""
    assert wrapped("word " * 60, 0).count("\n") == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_a_chinese_tables_columns_stand_under_each_other(width: int) -> None:
    """Wide characters are counted as two, in headings and in cells."""
    console = Console(file=StringIO(), width=width, force_terminal=True, color_system=None, soft_wrap=True)
    rows = [
        ("address-ok", "地址验证", "甲" + "一切顺利，" * 8),
        ("ok", "contact", "Everything " + "goes well, " * 8),
    ]
    show_table(console, [Column("场景", copied=True), Column("流程"), Column("情况")], rows)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]  # it is a StringIO
    assert all(cell_len(line) <= width for line in lines)
    firsts = ("情况", "甲", "Everything")
    starts = [cell_len(line.partition(first)[0]) for line in lines for first in firsts if first in line]
    assert starts == [starts[0]] * 3


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [*WIDTHS, 120])
def test_every_scenarios_name_can_be_copied(width: int, language: str, shown: Shown) -> None:
    """Where there is no room for a table, each stands in a line of its own."""
    lines = shown(width, "scenarios", "--lang", language)
    assert too_wide(lines, width) == []
    firsts = [line.split()[0] for line in lines if line.strip()]
    assert set(scenario.names()) <= set(firsts)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_checklist_fits_and_its_command_is_whole(
    width: int, language: str, shown: Shown, tmp_path: Path
) -> None:
    """Addresses, hosts, labels and commands are all there, in lines that fit."""
    with as_file(files("handrail_fixtures") / "profiles" / "harbor-lane.toml") as profile:
        command = ["guide", "certify", "--site", "amazon-us", "--profile", str(profile)]
        lines = shown(width, *command, "--lang", language, "--state", str(tmp_path))
    assert too_wide(lines, width) == []
    whole = shlex.join(["handrail", *command, "--add", "PICTURE.png"])
    assert any(f"`{whole}`" in line for line in lines)
    assert any("https://sellercentral.amazon.com" in line for line in lines)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_checked_profile_fits_and_its_keys_are_whole(
    width: int, language: str, shown: Shown, tmp_path: Path
) -> None:
    """A key and its line stand in one piece; the file's path is never cut."""
    docs = tmp_path / ("a-folder-with-a-long-name" * 3) / "documents.toml"
    docs.parent.mkdir()
    docs.write_text('[[documents]]\nkind = "bank-statement"\nname = "Another Company"\n', encoding="utf-8")
    with as_file(files("handrail_fixtures") / "profiles" / "harbor-lane.toml") as profile:
        lines = shown(width, "profile", "check", str(profile), "--against", str(docs), "--lang", language)
    assert too_wide(lines, width) == []
    assert any(f"{docs}:" in line for line in lines)
    assert any("documents[0].name" in line for line in lines)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
def test_sites_and_this_machines_checks_fit(width: int, language: str, shown: Shown, tmp_path: Path) -> None:
    """Names that are typed elsewhere are whole."""
    lines = shown(width, "site", "list", "--lang", language)
    assert too_wide(lines, width) == []
    assert {"amazon-us", "walmart-us", "mock"} <= {line.split()[0] for line in lines if line.strip()}
