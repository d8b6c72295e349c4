"""Files written by hand: where a key stands, every mistake at once, signs of another keyboard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handrail.core.errors import BadInput
from handrail.core.i18n import choose
from handrail.core.toml_files import parse_toml
from handrail.core.toml_lines import line_of
from handrail.core.toml_refusals import WrongKeys
from handrail.operator.answers_file import load_answers
from handrail.profile.model import load_profile
from handrail_cli.main import main

FILE = """\
# A seller.
legal_name = "Harbor Lane"
account.name = "Harbor"
contact = { email = "a", phone = "b" }

[business_address]
lines = [
  "8 Qianhai Road",
  "Room 1",
]
city = "Shenzhen"

[[documents]]
kind = "business-licence"
[[documents]]
kind = "utility-bill"
address = { lines = ["8 Qianhai Road"], city = "Shenzhen" }
[[documents]]
[documents.address]
city = "Shenzhen"

[[business_address.also]]
city = "深圳市"
"""

MISTAKEN = """\
legal_name = "Shenzhen Harbor Lane Trading Co., Ltd."
country = "China"
[account]
nam = "Harbor"
[contact]
email = "ops.harborlane.example"
phone = "+86 138 0013 800"
[[documents]]
kind = "business-licence"
[[documents]]
kind = "utility-bil"
issued = "yesterday"
address = { lines = ["x"], country = "CN" }
"""


@pytest.fixture(autouse=True)
def english() -> None:
    """Say every sentence in English, whatever ran before."""
    choose("en")


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("legal_name", 2),
        ("account.name", 3),
        ("contact.phone", 4),
        ("business_address.lines[1]", 7),
        ("documents[0].issued", 13),
        ("documents[1]", 15),
        ("documents[1].kind", 16),
        ("documents[1].address.city", 17),
        ("documents[2].address.city", 20),
        ("business_address.also[0].city", 23),
        ("business_address.district", 7),
        ("tax_id", None),
        ("documents[7].kind", None),
    ],
)
def test_a_key_has_its_line_and_a_missing_one_that_of_its_table(key: str, line: int | None) -> None:
    """Inline tables, dotted keys, lists over several lines and tables whose parts stand apart included."""
    assert line_of(FILE, key) == line


def test_every_mistake_is_told_at_once_with_key_and_line(tmp_path: Path) -> None:
    """A person mends a file once; a misspelt key explains the missing one, which is not told again."""
    path = tmp_path / "me.toml"
    path.write_text(MISTAKEN, encoding="utf-8")
    with pytest.raises(WrongKeys) as refused:
        load_profile(path)
    error = refused.value
    assert [(mistake.line, mistake.key) for mistake in error.mistakes] == [
        (2, "country"),
        (4, "account.nam"),
        (6, "contact.email"),
        (7, "contact.phone"),
        (11, "documents[1].kind"),
        (12, "documents[1].issued"),
        (13, "documents[1].address.city"),
    ]
    first, *lines = error.message.splitlines()
    assert first == f"profile {path} has 7 mistakes."
    assert lines[1] == "  line 4: account.nam: there is no such key. Did you mean name?"
    assert "one digit is missing" in lines[3]
    assert error.where == f"{path}: country"
    assert not any(value in error.message for value in ("0013", "ops.", "yesterday"))


def test_a_script_reads_each_mistake_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json each has its key, its line, what is wrong and what to do."""
    path = tmp_path / "me.toml"
    path.write_text(MISTAKEN, encoding="utf-8")
    assert main(["profile", "check", str(path), "--json", "--lang", "en"]) == 2
    mistakes = json.loads(capsys.readouterr().out)["error"]["mistakes"]
    assert len(mistakes) == 7
    assert mistakes[1] == {
        "where": f"{path}: account.nam",
        "line": 4,
        "message": "there is no such key",
        "hint": "Did you mean name?",
    }


@pytest.mark.parametrize(
    ("text", "characters", "lines", "straight"),
    [
        ("a = “x”\n", "“ ”", "1", '"'),
        ('a = "x"\nb = "y”\n', "”", "2", '"'),
        ("a = ‘x’\nb = 1\nc = “y”\n", "‘ ’ “ ”", "1, 3", "' \""),
        ("a = ＂x＂\n", "＂", "1", '"'),
        ("a = 「x」\n", "「 」", "1", '"'),
    ],
)
def test_chinese_quotation_marks_are_named_with_every_line(
    text: str, characters: str, lines: str, straight: str
) -> None:
    """What an editor or a Chinese keyboard puts in is said to be that, with what belongs in its place."""
    with pytest.raises(BadInput) as refused:
        parse_toml(text.encode(), "profile", "me.toml")
    assert f"quotation marks ({characters}) in line {lines}." in refused.value.message
    assert refused.value.hint.endswith(straight)


@pytest.mark.parametrize(
    ("text", "characters"),
    [("a ＝ 1\n", "＝"), ('a = ["x"，"y"]\n', "，"), ("【a】\n", "【 】"), ('a ＝ "x”\n', "＝ ”")],
)
def test_other_signs_of_a_chinese_keyboard_are_named_too(text: str, characters: str) -> None:
    """An equals sign, a comma or a bracket of full width is no TOML either."""
    with pytest.raises(BadInput, match="signs of a Chinese keyboard") as refused:
        parse_toml(text.encode(), "profile", "me.toml")
    assert f"({characters})" in refused.value.message


def test_chinese_quotation_marks_inside_a_text_are_the_persons_own() -> None:
    """A company's name may have them; and another slip is not blamed on them."""
    assert parse_toml('a = "“海港” 贸易"\n'.encode(), "profile", "me.toml") == {"a": "“海港” 贸易"}
    with pytest.raises(BadInput, match="not valid TOML"):
        parse_toml('a = "“海港” 贸易"\nb = yes\n'.encode(), "profile", "me.toml")


def test_a_key_that_may_be_of_several_kinds_is_one_mistake(tmp_path: Path) -> None:
    """What none of its kinds takes is told once."""
    path = tmp_path / "answers.toml"
    path.write_text("approve = 3\n", encoding="utf-8")
    with pytest.raises(WrongKeys) as refused:
        load_answers(path)
    assert refused.value.message == f"answers file {path}, line 1: approve: expected a text."
