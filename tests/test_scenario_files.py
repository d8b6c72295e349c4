"""Scenario files: what may stand in one, and how a mistake in one is told."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from handrail.core.errors import BadInput
from handrail_fixtures.mock.texts import TEXTS
from handrail_fixtures.scenario import Scenario, default_answers, for_flow, load, names, schema

ISSUED = {
    0: "ok already-verified matches-but-unverified wrong-code-once late-code code-expired "
    "session-expires two-step-sign-in slow unavailable-twice zh dropped-after-request "
    "refused-then-another-number captcha-solved unknown-page-passed two-of-three-locales "
    "address-ok address-already-right address-autocomplete-overwrites "
    "address-form-differs-only-in-abbreviation certify-unchanged certify-certified-before "
    "certify-certified-before-asks-again certify-zh certify-status-refreshes-late "
    "certify-session-expires certify-unavailable-twice certify-dropped-after-submit",
    1: "automation-refused address-exhausted-attempts",
    3: "unavailable-always",
    4: "landline captcha unknown-page label-changed wrong-account approval-declined foreign-redirect "
    "address-second-postcard address-wrong-account address-label-changed address-captcha "
    "certify-address-changed certify-person-does-not-confirm certify-value-differs-and-cannot-wait "
    "certify-form-differs-only-in-abbreviation certify-wrong-account certify-label-changed certify-captcha",
    5: "code-request-refused code-never-arrives locked-out email-ok-phone-refused throttled "
    "address-postcard-ordered address-verification-in-progress address-documents "
    "certify-update-not-visible-yet",
    6: "dropped-unknown",
}


def written(folder: Path, text: str) -> str:
    """Write a scenario file and return its path."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def refused(name: str) -> BadInput:
    """Return how loading this scenario is refused."""
    with pytest.raises(BadInput) as caught:
        load(name)
    return caught.value


def test_every_promised_scenario_is_there_and_no_other() -> None:
    """The package holds the scenarios by the names people were given."""
    assert set(names()) == {name for listed in ISSUED.values() for name in listed.split()}


@pytest.mark.parametrize(
    ("name", "code"), [(name, code) for code, listed in ISSUED.items() for name in listed.split()]
)
def test_a_scenario_says_how_its_run_ends_in_both_languages(name: str, code: int) -> None:
    """Each file has its exit code, and a title and a sentence in English and Chinese."""
    scenario = load(name)
    assert scenario.expect.exit == code
    for words in (scenario.title, scenario.about):
        assert words.en
        assert words.zh


@pytest.mark.parametrize("name", sorted(set(names()) - {"landline"}))
def test_a_scenario_leaves_the_sample_seller_usable(name: str) -> None:
    """Profile and answers, with a scenario's differences merged in, are valid."""
    scenario = load(name)
    assert scenario.seller().account.name == "Harbor Lane Trading"
    assert scenario.answers().for_kind("sign-in")


def test_a_profile_override_changes_one_value_and_keeps_the_rest() -> None:
    """[profile] is merged table by table over the sample profile."""
    seller = load("landline").seller()
    assert seller.contact.phone.value.replace(" ", "").endswith("2161234567")
    assert seller.contact.email.value == "ops@harborlane.example"


def test_an_operator_answer_replaces_only_its_own_kind() -> None:
    """[operator] leaves the default answers of every other kind standing."""
    answers = load("approval-declined").answers()
    assert answers.for_kind("approve") == ("no",)
    assert answers.for_kind("code") == default_answers().for_kind("code")


def test_an_empty_table_is_a_scenario_without_a_fault(tmp_path: Path) -> None:
    """Every key is optional: a comment alone is a scenario."""
    assert load(written(tmp_path, "# nothing special\n")) == Scenario()


def test_knobs_combine_in_a_file_of_ones_own(tmp_path: Path) -> None:
    """Language, codes, faults and answers stand side by side in a user's file."""
    path = written(
        tmp_path,
        'language = "zh"\n[codes.phone]\ndelay = [60, 0]\n'
        '[[faults]]\nat = "request-code"\ndo = "sign-out"\nchannel = "phone"\n'
        '[operator]\napprove = ["yes", "no"]\n',
    )
    scenario = load(path)
    assert (scenario.language, scenario.codes.phone.delay_of(5), scenario.faults[0].times) == (
        "zh",
        0,
        1,
    )


def test_an_unknown_name_is_answered_with_the_closest() -> None:
    """A typing mistake in a scenario's name costs one look at the hint."""
    error = refused("dropped-after-reqest")
    assert error.exit_code == 2
    assert "dropped-after-reqest" in error.message
    assert "dropped-after-request" in error.hint


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        ('langage = "zh"\n', "langage", "language"),
        ('[[faults]]\nat = "save"\ndo = "explode"\n', "faults.0.do", ""),
        ('[[faults]]\nat = "save"\n', "faults.0.do", ""),
        ('[[faults]]\nat = "page:home"\nchannel = "phone"\ndo = "slow"\n', "faults.0", ""),
        ('[[faults]]\nat = "save"\nchannel = "business"\ndo = "slow"\n', "faults.0", ""),
        ('[[faults]]\nat = "page:health"\ndo = "hide-status"\n', "faults.0", ""),
        ("[address]\npostcard_arrived = true\npostcard_lost = true\n", "address", ""),
        ('[start.addresses.business]\nline_1 = "x"\n', "start.addresses.business.line_1", "line1"),
        ("[codes.phone]\nlenght = 4\n", "codes.phone.lenght", "length"),
        ("[codes.phone]\ndelay = -5\n", "codes.phone.delay", ""),
        ('[start.contacts.uk.phone]\nvalue = "x"\n', "start.contacts.uk", ""),
        ("expect.exit = 9\n", "expect.exit", ""),
    ],
)
def test_a_wrong_key_is_named_with_its_file(tmp_path: Path, text: str, key: str, hint: str) -> None:
    """A mistake is told by file and key path, with the closest key where one is close."""
    path = written(tmp_path, text)
    error = refused(path)
    assert error.where is not None
    assert error.where.startswith(f"{path}: {key}")
    assert hint in error.hint


@pytest.mark.parametrize(
    ("flow", "name", "meant"),
    [
        ("contact", "captcha", "captcha"),
        ("address", "autocomplete-overwrites", "address-autocomplete-overwrites"),
        ("address", "address-captcha", "address-captcha"),
        ("certify", "captcha", "certify-captcha"),
        ("address", "ok", "address-ok"),
        ("certify", "ok", "certify-unchanged"),
        ("somebody-elses", "captcha", "captcha"),
    ],
)
def test_the_name_of_the_flow_may_be_left_out(flow: str, name: str, meant: str) -> None:
    """Each flow has its own ok, captcha and so on; a flow that has none may play them all."""
    assert for_flow(flow, name) == load(meant)


def test_a_scenario_of_another_flow_is_refused_with_the_closest_of_this_one() -> None:
    """What the flow could not walk is no scenario for it."""
    with pytest.raises(BadInput) as caught:
        for_flow("address", "already-verified")
    assert "address" in caught.value.message
    with pytest.raises(BadInput) as caught:
        for_flow("address", "abreviation")
    assert "address-form-differs-only-in-abbreviation" in caught.value.hint


def test_a_file_that_names_no_flow_is_for_the_one_that_is_walked(tmp_path: Path) -> None:
    """A file of one's own starts as that flow's scenarios do, unless it says another flow."""
    assert for_flow("certify", written(tmp_path, 'language = "zh"\n')).flow == "certify"
    assert for_flow("certify", written(tmp_path, 'flow = "address"\n')).flow == "address"


def test_an_unknown_text_is_answered_with_the_closest(tmp_path: Path) -> None:
    """A wording for a text that does not exist names the text that was meant."""
    assert "send_code" in refused(written(tmp_path, '[texts]\nsent_code = "Go"\n')).message


def test_an_unknown_prompt_is_refused(tmp_path: Path) -> None:
    """An answer to a prompt that is never asked is a mistake, not an answer."""
    assert "approve" in refused(written(tmp_path, '[operator]\naprove = "yes"\n')).hint


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"[[faults]\n"])
def test_a_file_that_is_no_scenario_is_refused_in_a_sentence(tmp_path: Path, raw: bytes) -> None:
    """An empty, binary or malformed file ends with exit 2 and says which file."""
    path = tmp_path / "broken.toml"
    path.write_bytes(raw)
    error = refused(str(path))
    assert error.exit_code == 2
    assert str(path) in f"{error.message} {error.where}"


def test_a_missing_file_is_told_apart_from_an_unknown_name(tmp_path: Path) -> None:
    """A path that is not there is called a missing file."""
    assert str(tmp_path / "gone.toml") in refused(str(tmp_path / "gone.toml")).message


def test_the_schema_explains_every_knob() -> None:
    """Each key of every table has a description in the schema that is printed."""
    described = schema()
    ours = (
        "Scenario",
        "Start",
        "StartContact",
        "StartItem",
        "StartAddress",
        "StartCertification",
        "CodeRules",
        "Codes",
        "AddressRules",
        "CertificationRules",
        "Fault",
        "Latency",
        "Expect",
        "Words",
    )
    tables = [described, *(described["$defs"][name] for name in ours[1:])]
    assert [
        key for table in tables for key, value in table["properties"].items() if not value.get("description")
    ] == []


def test_every_text_is_there_in_both_languages() -> None:
    """No text of the portal lacks its English or its Chinese."""
    assert [key for key, text in TEXTS.items() if not (text.get("en") and text.get("zh"))] == []


def test_the_sample_files_are_plain_toml_that_anyone_may_copy() -> None:
    """A scenario in the package holds nothing but data."""
    package = Path(__file__).parents[1] / "fixtures" / "handrail_fixtures" / "scenarios"
    for path in package.glob("*.toml"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 30
        assert tomllib.loads(path.read_text(encoding="utf-8"))["title"]
