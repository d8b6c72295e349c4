"""The profile file: what it holds, and how a wrong one is refused."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from handrail.core.errors import BadInput
from handrail.core.i18n import choose
from handrail.profile.model import load_profile
from handrail_cli.main import main

GOOD = """\
legal_name = "Shenzhen Harbor Lane Trading Co., Ltd."
country = "CN"
[account]
name = "Harbor Lane Trading"
[contact]
email = "ops@harborlane.example"
phone = "+86 131 2345 6789"
"""
ADDRESS = """\
[business_address]
lines = ["8 Qianhai Road"]
city = "Shenzhen"
country = "cn"
"""


@pytest.fixture(autouse=True)
def english() -> None:
    """Say every sentence in English, whatever ran before."""
    choose("en")


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "profile.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def check(*arguments: str) -> int:
    """Run `handrail profile check` and return its exit code."""
    return main(["profile", "check", *arguments, "--lang", "en"])


def test_a_profile_holds_the_sellers_truth(tmp_path: Path) -> None:
    """Names stand as written; the contact is gone through e-mail first, then phone."""
    profile = load_profile(written(tmp_path, GOOD))
    assert profile.legal_name == "Shenzhen Harbor Lane Trading Co., Ltd."
    assert profile.account.name == "Harbor Lane Trading"
    assert [(channel.kind, channel.value) for channel in profile.contact] == [
        ("email", "ops@harborlane.example"),
        ("phone", "+8613123456789"),
    ]


def test_a_windows_editors_byte_order_mark_is_no_trouble(tmp_path: Path) -> None:
    """A profile saved by Notepad, mark and line ends included, is read."""
    file = written(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_profile(file).country == "CN"


def test_addresses_are_optional_and_checked_when_there(tmp_path: Path) -> None:
    """An address is read where it stands, and a wrong one is refused by its key."""
    address = load_profile(written(tmp_path, GOOD + ADDRESS)).business_address
    assert address is not None
    assert (address.lines, address.country) == (("8 Qianhai Road",), "CN")
    with pytest.raises(BadInput, match=r"business_address\.city"):
        load_profile(written(tmp_path, GOOD + ADDRESS.replace("city", "# city")))


def test_overrides_are_merged_table_by_table(tmp_path: Path) -> None:
    """A scenario changes one key of a table; what comes out is validated like the file."""
    file = written(tmp_path, GOOD)
    profile = load_profile(file, {"contact": {"phone": "+86 755 1234 5678"}})
    assert [channel.value for channel in profile.contact] == [
        "ops@harborlane.example",
        "+8675512345678",
    ]
    with pytest.raises(BadInput, match=r"contact\.phone"):
        load_profile(file, {"contact": {"phone": "12"}})


def test_a_profile_cannot_be_changed(tmp_path: Path) -> None:
    """What was validated stays as it was validated."""
    profile = load_profile(written(tmp_path, GOOD))
    with pytest.raises(ValueError, match="frozen"):
        profile.country = "US"


def test_a_printed_profile_shows_no_personal_value(tmp_path: Path) -> None:
    """A profile in a log or a traceback shows display forms only."""
    printed = repr(load_profile(written(tmp_path, GOOD)))
    assert "+86 131••••6789" in printed
    assert "2345" not in printed
    assert "ops@" not in printed


@pytest.mark.parametrize(
    ("old", "new", "key", "says", "hint"),
    [
        ('country = "CN"', "", "country", "missing", ""),
        ("[account]\nname", "[account]\n# name", "account.name", "missing", ""),
        ('"CN"', '"China"', "country", "two letters", "CN"),
        ('"CN"', "86", "country", "two letters", "CN"),
        ('name = "Harbor Lane Trading"', 'name = " "', "account.name", "at least 1", ""),
        ("[account]", 'legal_nam = "x"\n[account]', "legal_nam", "no such key", "legal_name"),
        ("[contact]", '[contact]\nphones = "1"', "contact.phones", "no such key", "phone"),
        ("ops@harborlane", "ops.harborlane", "contact.email", "no @", "name@example.com"),
        ("ops@harborlane.example", "ops@", "contact.email", "no e-mail", "name@example.com"),
        ("ops@harborlane.example", "o@p@x.example", "contact.email", "no e-mail", "name@"),
        ("ops@harborlane.example", "", "contact.email", "is empty", "name@example.com"),
        ("+86 131", "131", "contact.phone", "no country code", "Put +86 (CN) in front"),
        ("6789", "678", "contact.phone", "+86", "country code"),
        ('"+86 131 2345 6789"', "8613123456789", "contact.phone", "expected a text", "quotation"),
    ],
)
def test_a_wrong_key_is_named_with_what_was_expected(
    tmp_path: Path, old: str, new: str, key: str, says: str, hint: str
) -> None:
    """A refusal names the file and the key path, says what to do, and repeats nothing personal."""
    assert old in GOOD
    file = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(BadInput) as refused:
        load_profile(file)
    error = refused.value
    assert (error.exit_code, error.where) == (2, f"{file}: {key}")
    assert says in error.message
    assert hint in error.hint
    assert not any(value in error.message for value in ("2345", "ops@", "ops."))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "not text in UTF-8"),
        (GOOD.encode("utf-16"), "not text in UTF-8"),
        (GOOD.replace('"CN"', "CN").encode(), "line 2, column 11"),
        (GOOD.replace("[contact]", "[contact").encode(), "line 5"),
        ((GOOD + '[contact]\nemail = "x"\n').encode(), "line 8"),
    ],
    ids=["empty", "blank", "binary", "utf-16", "unquoted", "unclosed", "twice"],
)
def test_what_is_no_profile_file_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    """Empty, binary and malformed files are refused by name, and by line where there is one."""
    file = written(tmp_path, content)
    with pytest.raises(BadInput) as refused:
        load_profile(file)
    assert says in refused.value.message
    assert refused.value.where == str(file)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """What cannot be opened as a file is said to be so."""
    with pytest.raises(BadInput, match="no profile at"):
        load_profile(tmp_path / "none.toml")
    with pytest.raises(BadInput, match="is a folder"):
        load_profile(tmp_path)


def test_the_example_can_be_used_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `profile example` prints passes `profile check`, its commented keys too."""
    assert main(["profile", "example", "--lang", "en"]) == 0
    text = capsys.readouterr().out
    whole = re.sub(r"^# (?=\w+ = |\[)", "", text, flags=re.MULTILINE)
    tables = tomllib.loads(whole)
    assert tables["business_address"]["also"][0]["city"] == "深圳市"
    assert tables["documents"][0]["kind"] == "business-licence"
    for each in (text, whole):
        assert check(str(written(tmp_path, each))) == 0
        assert "This profile can be used." in capsys.readouterr().out


def test_a_checked_profile_shows_whether_each_contact_takes_a_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check shows display forms and reasons, never the values."""
    assert check(str(written(tmp_path, GOOD))) == 0
    shown = capsys.readouterr().out
    assert "phone number +86 131••••6789: A mobile number can take a text" in shown
    assert "e-mail o••@harborlane.example" in shown
    assert "2345" not in shown


def test_a_landline_is_a_finding_for_a_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A number that cannot take a text ends the check with 4 and one JSON object that says so."""
    file = written(tmp_path, GOOD.replace("+86 131 2345 6789", "+86 755 1234 5678"))
    assert check(str(file), "--json") == 4
    facts = json.loads(capsys.readouterr().out)
    assert facts["exit_code"] == 4
    assert [(each["channel"], each["can_text"]) for each in facts["channels"]] == [
        ("email", None),
        ("phone", "no"),
    ]
    assert facts["advice"] == "Put a number that takes texts into contact.phone."


def test_a_number_that_cannot_be_told_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the numbering plan is shared, the check passes, says that a run will ask, and what to do now."""
    file = written(tmp_path, GOOD.replace("+86 131 2345 6789", "+1 201 555 0123"))
    assert check(str(file)) == 0
    told = capsys.readouterr().out
    assert "A run will ask" in told
    assert "! contact.phone, line 7: contact may fail" in told
    assert check(str(file), "--json") == 0
    codes = [one["code"] for one in json.loads(capsys.readouterr().out)["findings"]]
    assert "phone-may-take-no-text" in codes


def test_a_profile_that_cannot_be_used_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal is talk on stderr for a person, one object on stdout for a script."""
    file = written(tmp_path, GOOD.replace("+86 131", "131"))
    assert check(str(file)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "no country code" in said.err
    assert check(str(file), "--json") == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["where"] == f"{file}: contact.phone"
    assert "2345" not in json.dumps(error)
