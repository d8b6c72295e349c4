"""Languages: every sentence has its Chinese, nothing is lost on the way, and the right language is chosen."""

from __future__ import annotations

import gettext
import importlib.util
import os
import re
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from project_paths import ROOT

from handrail.core import i18n

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The tool that keeps the catalogue."""
    place = ROOT / "tests" / "tools" / "messages.py"
    spec = importlib.util.spec_from_file_location("messages", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sentences() -> dict[str, str]:
    """Every sentence with its Chinese, as the running program finds them."""
    place = ROOT / "flows" / "handrail" / "locale" / "zh" / "LC_MESSAGES" / "handrail.mo"
    with place.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    return {text: catalogue.gettext(text) for text in catalogue._catalog if text}  # type: ignore[attr-defined]


@pytest.fixture
def told() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line under a locale of the test's choice."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LC_", "LANG", "HANDRAIL_LANG"))
    }

    def ran(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  # our own command
            [sys.executable, "-m", "handrail_cli.main", *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**plain, "PYTHONUTF8": "1", "COLUMNS": "100", **environment},
            timeout=60,
            check=False,
        )

    return ran


def test_every_sentence_is_translated(tool: ModuleType) -> None:
    """The catalogue has each sentence of the source, none empty, unsure or stale."""
    assert tool.check() is None


@pytest.mark.parametrize(
    ("sentence", "translation", "flags", "said"),
    [
        ("Save {channel}", "", (), "has no translation of: Save {channel}"),
        ("Save {channel}", "保存{channel}", ("fuzzy",), "is unsure (fuzzy) about: Save {channel}"),
        ("Save {channel}", "保存{chanel}", (), "has other {places} than the source in: Save {channel}"),
        ("Save {channel}", "保存", (), "has other {places} than the source in: Save {channel}"),
        ("Save", "保存{channel}", (), "has other {places} than the source in: Save"),
    ],
    ids=["empty", "fuzzy", "misspelt place", "lost place", "invented place"],
)
def test_a_catalogue_with_a_fault_does_not_pass(
    tool: ModuleType, sentence: str, translation: str, flags: tuple[str, ...], said: str
) -> None:
    """The tool names the sentence and what is wrong with its translation."""
    catalogue = tool.Sentences(locale="zh", fuzzy=False)
    catalogue.add(sentence, string=translation, flags=flags)
    (fault,) = tool.faults(catalogue)
    assert said in fault


def test_the_same_sentences_give_the_same_files(tool: ModuleType) -> None:
    """Writing the catalogue again changes no byte, so only new sentences show in a diff."""
    once = tool.written(tool.merged(tool.load()))
    assert once == tool.written(tool.merged(tool.load()))
    assert re.search(rb"Date|Babel|:\d+$", once[0], re.MULTILINE) is None


def test_a_sentence_inside_an_f_string_is_collected(tool: ModuleType, tmp_path: Path) -> None:
    """A marked sentence counts wherever it stands; one put together at run time is refused."""
    source = tmp_path / "module.py"
    source.write_text("said = f\"- {_('Save')}\"\n", encoding="utf-8")
    with source.open("rb") as file:
        assert [found[2] for found in tool.marked(file, (), (), {})] == ["Save"]
    source.write_text("said = _('Save ' + what)\n", encoding="utf-8")
    with source.open("rb") as file, pytest.raises(SystemExit, match=r"module\.py:1"):
        list(tool.marked(file, (), (), {}))


def test_no_translation_breaks_when_it_is_filled(sentences: dict[str, str]) -> None:
    """Whatever stands in a sentence's places also stands in its translation, braces included."""
    for sentence, translation in sentences.items():
        names = {name for _text, name, _form, _how in string.Formatter().parse(sentence) if name}
        if names:
            filled = translation.format(**{name: f"<{name}{{}}>" for name in names})
            assert all(f"<{name}{{}}>" in filled for name in names), sentence


def test_a_translation_is_in_chinese(sentences: dict[str, str]) -> None:
    """No English sentence has been left standing, and none ends in an English full stop."""
    with_words = {one for one in sentences if re.search(r"[A-Za-z]", re.sub(r"\{\w*\}", "", one))}
    assert [one for one in with_words if not CHINESE.search(sentences[one])] == []
    assert [one for one in sentences.values() if re.search(r"[\u4e00-\u9fff][.,;:?!]", one)] == []


def test_a_command_a_person_types_is_not_translated(sentences: dict[str, str]) -> None:
    """Options, commands and file names are the same in both languages."""
    typed = re.compile(r"--[a-z]+|`[^`]+`|[a-z]+\.(?:jsonl?|toml)|SHA256SUMS|HANDRAIL_[A-Z]+")
    for sentence, translation in sentences.items():
        assert sorted(typed.findall(sentence)) == sorted(typed.findall(translation)), sentence


@pytest.mark.parametrize(
    ("environment", "chinese"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, False),
        ({"LC_ALL": "de_DE.UTF-8"}, False),
        ({"LC_ALL": "C"}, False),
        ({"HANDRAIL_LANG": "zh", "LC_ALL": "en_US.UTF-8"}, True),
        ({"HANDRAIL_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, False),
    ],
    ids=lambda value: " ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_the_language_is_handrails_own_setting_else_the_locales(
    told: Callable[..., Any], environment: dict[str, str], chinese: bool
) -> None:
    """HANDRAIL_LANG comes before the locale; a language without a catalogue is English."""
    ended = told("--help", **environment)
    assert ended.returncode == 0
    assert ("引导电商平台卖家完成验证" in ended.stdout) is chinese
    assert ("Guide a marketplace seller" in ended.stdout) is not chinese


def test_an_option_beats_every_setting(told: Callable[..., Any]) -> None:
    """--lang is heard wherever it stands, before HANDRAIL_LANG and the locale."""
    english = {"HANDRAIL_LANG": "en", "LC_ALL": "en_US.UTF-8"}
    assert "列出可以演练的场景" in told("--lang", "zh", "--help", **english).stdout
    assert "列出可以演练的场景" in told("scenarios", "--help", "--lang=zh", **english).stdout
    assert "List what can be rehearsed" in told("scenarios", "--help", "--lang", "en", LANG="zh_CN").stdout


@pytest.mark.parametrize(
    "verb", [(), ("dry-run",), ("run",), ("mock",), ("site", "list"), ("profile", "check")]
)
def test_help_has_no_english_left(told: Callable[..., Any], verb: tuple[str, ...]) -> None:
    """Typer's own words are Chinese too; only what is typed stays as it is."""
    shown = told(*verb, "--help", HANDRAIL_LANG="zh").stdout
    assert "用法：handrail" in shown
    prose = re.sub(r"[A-Z][A-Z_|-]+|<[^>]*>|--?[a-z-]+|handrail|Handrail|HANDRAIL_\w+", "", shown)
    for word in ("Usage", "Options", "Arguments", "Commands", "Show this", "default:", "required"):
        assert word not in prose


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("dry-run",), "缺少 FLOW。"),
        (("dry-run", "contact", "--nothing"), "没有 --nothing 这个选项。"),
        (("nothing",), "没有名为 nothing 的命令。"),
        (("dry-run", "contact", "twice"), "handrail dry-run 不接受“twice”。"),
        (("dry-run", "contact", "--out"), "--out 后面需要一个值。"),
        (("mock", "--port", "x"), "--port：应为整数。"),
        (("dry-run", "contact", "--assist", "x"), "--assist：'x' 不在可选值 'guide', 'fill', 'press' 之中。"),
        (("--lang", "xx"), "--lang：'xx' 不在可选值 'en', 'zh' 之中。"),
        (("dry-run", "contact", "--scenario", "okk"), "contact 没有名为 okk 的场景。"),
        (("profile", "check", "nowhere.toml"), "找不到资料文件：nowhere.toml。"),
    ],
)
def test_errors_are_said_in_chinese(told: Callable[..., Any], arguments: tuple[str, ...], said: str) -> None:
    """A usage error or bad input is one Chinese sentence and one Chinese hint."""
    ended = told(*arguments, HANDRAIL_LANG="zh")
    assert ended.returncode == 2
    sentence, hint = ended.stderr.strip().splitlines()
    assert sentence == f"✗ {said}"
    assert CHINESE.search(hint)


def test_a_wrong_line_of_a_file_is_told_in_chinese(told: Callable[..., Any], tmp_path: Path) -> None:
    """Where a file is malformed, the line and what is wrong with it are named."""
    profile = tmp_path / "profile.toml"
    profile.write_text('legal_name = "Harbor\n', encoding="utf-8")
    ended = told("profile", "check", str(profile), HANDRAIL_LANG="zh")
    assert "文本缺少结尾的引号（第 1 行，第 21 列）。" in ended.stderr


def test_a_report_is_told_in_the_reader_s_language() -> None:
    """A sentence marked when a module was read is translated when it is shown."""
    marked = i18n.lazy("The code has expired.")
    assert f"{marked}" == "The code has expired."
    assert i18n.choose("zh") == "zh"
    assert f"{marked}" == "验证码已过期。"
    assert i18n.gettext("Save {channel}", channel="邮箱") == "保存邮箱"


def test_sentences_side_by_side() -> None:
    """English sentences have a space between them; Chinese ones need none."""
    assert i18n.together("One.", "", "Two.") == "One. Two."
    i18n.choose("zh")
    assert i18n.together("一。", "二。") == "一。二。"
