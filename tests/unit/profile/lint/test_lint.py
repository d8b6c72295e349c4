"""A profile checked before anything is walked: each finding, what it would break, how to mend it."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from handrail.core.errors import BadInput
from handrail.core.i18n import choose
from handrail.profile.lint.document_dates import MaxAge, Stated
from handrail.profile.lint.findings import Finding
from handrail.profile.lint.lint import findings
from handrail.profile.model import Address, Document, Profile, WrittenAddress, load_documents, load_profile
from handrail.sites import load_site
from handrail.sites.profile_requirements import site_findings
from handrail_cli.main import main

TODAY = date(2026, 11, 24)
CN_HAN = {"lines": ["港湾里88号4栋1203室"], "district": "南山区", "city": "深圳市", "country": "CN"}
US = {"lines": ["2100 Quay Street", "Suite 310"], "city": "Oakland", "state": "CA", "postal_code": "94607",
      "country": "US"}  # fmt: skip


@pytest.fixture(autouse=True)
def english() -> None:
    """Say every sentence in English, whatever ran before."""
    choose("en")


def seller(**changes: Any) -> Profile:
    """The sample seller, who could get mail, with these tables merged in."""
    contact = {"email": "ops@harborlane.cn", **changes.pop("contact", {})}
    with as_file(files("handrail_fixtures") / "profiles" / "harbor-lane.toml") as path:
        return load_profile(path, {**changes, "contact": contact})


def found(profile: Profile, *documents: dict[str, Any], **options: Any) -> dict[str, Finding]:
    """What a check of this profile beside these documents finds, by its code."""
    stated = [
        Stated(f"mine.toml: documents[{number}]", Document.model_validate(document))
        for number, document in enumerate(documents)
    ]
    return {one.code: one for one in findings(profile, TODAY, stated, **options)}


def test_the_sample_seller_has_nothing_to_mend() -> None:
    """What every dry run verifies would pass: the other tests change one thing each."""
    assert found(seller()) == {}


@pytest.mark.parametrize(
    ("changes", "code", "where", "breaks"),
    [
        ({"contact": {"phone": "+86 755 1234 5678"}}, "phone-takes-no-text", "contact.phone", ("contact",)),
        ({"contact": {"phone": "+44 56 1234 5678"}}, "phone-takes-no-text", "contact.phone", ("contact",)),
        ({"contact": {"email": "a@example.com"}}, "email-cannot-receive", "contact.email", ("contact",)),
        ({"contact": {"email": "a@mail.example.org"}}, "email-cannot-receive", "contact.email", ("contact",)),
        ({"contact": {"phone": "+44 70 1234 5678"}}, "phone-takes-no-text", "contact.phone", ("contact",)),
        ({"contact": {"phone": "+1 800 234 5678"}}, "phone-takes-no-text", "contact.phone", ("contact",)),
        ({"contact": {"email": "a@shop.internal"}}, "email-cannot-receive", "contact.email", ("contact",)),
        ({"contact": {"email": "a@nas.LAN"}}, "email-cannot-receive", "contact.email", ("contact",)),
        ({"contact": {"email": "No-Reply@harbor.cn"}}, "email-nobody-reads", "contact.email", ("contact",)),
        ({"contact": {"email": "shop_noreply@harbor.cn"}}, "email-nobody-reads", "contact.email",
         ("contact",)),
        ({"contact": {"email": "qingwuhuifu@harbor.cn"}}, "email-nobody-reads", "contact.email",
         ("contact",)),
        ({"contact": {"email": "请勿回复@harbor.cn"}}, "email-nobody-reads", "contact.email", ("contact",)),
        ({"business_address": {"lines": ["P.O. Box 12"]}}, "po-box", "business_address.lines", None),
        ({"business_address": {"lines": ["PMB 310"]}}, "private-mailbox", "business_address.lines", None),
        ({"registered_address": {"lines": ["深圳邮政信箱12号"]}}, "po-box", "registered_address.lines", None),
        ({"business_address": {"postal_code": "9460"}}, "postal-code-malformed",
         "business_address.postal_code", None),
        ({"business_address": {"state": "Californa"}}, "area-unknown", "business_address.state", None),
        ({"registered_address": {"also": [US]}}, "also-elsewhere", "registered_address.also[0]", None),
    ],
)  # fmt: skip
def test_what_would_break_a_verification_is_named_by_its_key(
    changes: dict[str, Any], code: str, where: str, breaks: tuple[str, ...] | None
) -> None:
    """Each finding says where it is, which verifications would fail, and how to mend it."""
    one = found(seller(**changes))[code]
    assert (one.severity, one.where) == ("breaks", where)
    assert one.verifications == (breaks or ("address", "certify"))
    assert one.what.endswith(".")
    assert one.mend.endswith(".")


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        (
            {"business_address": {"postal_code": "10001"}},
            "postal-code-elsewhere",
            "business_address.postal_code",
        ),
        ({"registered_address": {"city": "Shenzen"}}, "area-unknown", "registered_address.city"),
        (
            {"business_address": {"lines": ["Regus Tower", "1 Elm St"]}},
            "virtual-office",
            "business_address.lines",
        ),
        ({"business_address": {"lines": ["c/o Elm Ltd"]}}, "care-of", "business_address.lines"),
        ({"legal_name": "Ｈarbor Lane Co., Ltd."}, "name-full-width", "legal_name"),
        ({"contact": {"phone": "+1 212 736 5000"}}, "phone-may-take-no-text", "contact.phone"),
        ({"contact": {"phone": "+1 506 234 5678"}}, "phone-may-take-no-text", "contact.phone"),
        ({"contact": {"phone": "+52 222 123 4567"}}, "phone-may-take-no-text", "contact.phone"),
        ({"contact": {"email": "ops@harborlane.example"}}, "email-for-dry-runs-only", "contact.email"),
    ],
)
def test_what_may_be_right_all_the_same_is_a_warning(changes: dict[str, Any], code: str, where: str) -> None:
    """Data lag behind and words have two meanings: a person looks, and nothing is held up."""
    one = found(seller(**changes))[code]
    assert (one.severity, one.where) == ("warns", where)


@pytest.mark.parametrize(
    ("country", "address", "missing"),
    [
        ("US", {"city": "Oakland"}, {"state", "postal_code"}),
        ("DE", {"city": "Berlin"}, {"postal_code"}),
        ("CN", {"city": "深圳市"}, {"state", "postal_code"}),
        ("HK", {"city": "Kowloon"}, set()),
        ("HK", {"city": "Wan Chai"}, {"state"}),
        ("IE", {"city": "Dublin"}, set()),
    ],
)
def test_each_country_needs_its_own_parts(country: str, address: dict[str, str], missing: set[str]) -> None:
    """What a country's addresses must have is libaddressinput's word, not ours."""
    ours = Address.model_validate({"lines": ["1 Elm"], "country": country, **address})
    profile = seller().model_copy(update={"business_address": None, "registered_address": ours})
    named = [one.where.rpartition(".")[2] for one in findings(profile, TODAY) if one.code == "part-missing"]
    assert set(named) == missing


@pytest.mark.parametrize(
    ("address", "missing"),
    [
        ({"city": "深圳市", "state": "广东省", "lines": ["前海路8号"]}, True),
        ({"city": "深圳市", "state": "广东省", "lines": ["南山区前海路8号"]}, False),
        ({"city": "Shenzhen", "state": "Guangdong", "lines": ["8 Qianhai Road"]}, True),
        ({"city": "Shenzhen", "state": "Guangdong", "lines": ["8 Qianhai Road, Nanshan District"]}, False),
        ({"city": "深圳市", "state": "广东省", "district": "南山区"}, False),
        ({"city": "东莞市", "state": "广东省"}, False),
        ({"city": "Oakland", "state": "CA", "country": "US"}, False),
    ],
)
def test_a_district_is_missed_where_the_city_has_districts(address: dict[str, Any], missing: bool) -> None:
    """Dongguan has none, and one that stands in the street's line is there."""
    ours = {"lines": ["8 Qianhai Road"], "country": "CN", "postal_code": "518000", **address}
    profile = seller().model_copy(update={"registered_address": Address.model_validate(ours)})
    told = [one for one in findings(profile, TODAY) if one.where == "registered_address.district"]
    assert [(one.code, one.severity) for one in told] == ([("part-missing", "warns")] if missing else [])


@pytest.mark.parametrize(
    "name", ["Shenzhen Harbor Lane Trading Co Ltd", "SHENZHEN HARBOR LANE TRADING CO LTD"]
)
@pytest.mark.parametrize("kind", ["utility-bill", "bank-statement", "tax-document", "lease"])
def test_a_comma_on_a_bill_is_no_error_and_the_name_stays(kind: str, name: str) -> None:
    """The business licence leads: nobody is told to write their legal name as a power company does."""
    one = found(seller(), {"kind": kind, "issued": TODAY, "name": name})["name-written-differently"]
    assert one.severity == "warns"
    assert one.mend == "Only punctuation, spaces or capitals differ: leave legal_name as it is."


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"name": "Shenzhen Harbor Lane Trading Company Limited"}, "name-written-differently"),
        ({"name": "Shenzhen Other Trading Co., Ltd."}, "name-differs"),
        ({"address": CN_HAN | {"lines": ["港湾里88号4幢1203"]}}, "address-written-differently"),
    ],
)
def test_a_bill_never_changes_what_the_licence_says(document: dict[str, Any], code: str) -> None:
    """Where a bill differs from the name or the registered address, it is the bill that is mended."""
    one = found(seller(), {"kind": "utility-bill", "issued": TODAY} | document)[code]
    assert one.severity == "breaks"
    assert one.mend.startswith("The business licence leads")
    assert "Write legal_name" not in one.mend
    assert "correct" not in one.mend


def test_a_comma_in_a_bills_address_is_no_error() -> None:
    """The bill that proves the business address may have a comma more."""
    bill = {
        "kind": "utility-bill",
        "issued": TODAY,
        "address": US | {"lines": ["2100, Quay Street", "Suite 310"]},
    }
    one = found(seller(), bill)["address-written-differently"]
    assert (one.severity, one.mend) == (
        "warns",
        "Only punctuation, spaces or capitals differ: leave business_address as it is.",
    )


def test_the_licence_itself_is_read_to_the_letter() -> None:
    """A comma that the licence has belongs into the profile."""
    licence = {"kind": "business-licence", "name": "Shenzhen Harbor Lane Trading Co. Ltd."}
    one = found(seller(), licence)["name-written-differently"]
    assert (one.severity, one.mend.partition(" as the")[0]) == ("breaks", "Write legal_name")


def test_a_north_american_number_is_said_to_need_a_try() -> None:
    """Which verification hangs on it, that nobody can tell, and how the person finds out."""
    one = found(seller(contact={"phone": "+1 212 736 5000"}))["phone-may-take-no-text"]
    assert one.verifications == ("contact",)
    assert "nobody can tell" in one.what
    assert "Send it a text" in one.mend
    assert "carrier" in one.mend


@pytest.mark.parametrize("name", ["ops", "reply", "admin", "recoverybounce", "huifu", "notice", "norbert"])
def test_a_name_that_somebody_may_read_is_no_finding(name: str) -> None:
    """Only names that by custom take no mail are told."""
    assert found(seller(contact={"email": f"{name}@harbor.cn"})) == {}


def test_a_name_for_dry_runs_breaks_what_is_verified_on_a_live_site() -> None:
    """Without a site, or on the mock, it is a warning: a dry run takes it."""
    one = found(seller(contact={"email": "ops@harborlane.example"}), on_live_site=True)
    assert one["email-for-dry-runs-only"].severity == "breaks"


def at_site(name: str, profile: Profile) -> list[tuple[str, str, str, str]]:
    """What a site's file wants of this profile: code, severity, key and the flow that would stop."""
    told = site_findings(profile, load_site(name))
    return [(one.code, one.severity, one.where, *one.verifications) for one in told]


def test_a_site_is_served_by_a_whole_profile() -> None:
    """The mock keeps both addresses and certifies every item that the sample seller states."""
    assert at_site("mock", seller()) == []


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (("bank_ending",), [("certified-item-not-stated", "breaks", "bank_ending", "certify")]),
        (("tax_id",), [("certified-item-not-stated", "breaks", "tax_id", "certify")]),
        (("registered_address",), []),
        (("business_address",), []),
        (
            ("business_address", "registered_address"),
            [
                ("address-not-stated", "breaks", "business_address", "address"),
                ("certified-item-not-stated", "breaks", "business_address", "certify"),
            ],
        ),
    ],
)
def test_a_key_that_a_flow_needs_here_is_missed(
    missing: tuple[str, ...], told: list[tuple[str, str, str, str]]
) -> None:
    """Certifying stops at an item that the profile does not state; one address serves for both."""
    assert at_site("mock", seller().model_copy(update=dict.fromkeys(missing))) == told


def test_an_address_that_a_site_file_does_not_place_is_told() -> None:
    """Nobody has seen where Amazon keeps the registered address, so the flow stops there."""
    assert at_site("amazon-us", seller()) == [("place-unknown", "warns", "registered_address", "address")]
    only = seller().model_copy(update={"business_address": None})
    assert at_site("amazon-us", only)[0] == ("address-not-stated", "breaks", "business_address", "address")


@pytest.mark.parametrize(
    ("form", "number", "told"),
    [
        ("digits", "+86 138 0013 8000", True),
        ("national", "+86 138 0013 8000", True),
        ("national", "+1 212 736 5000", False),
        ("e164", "+86 138 0013 8000", False),
    ],
)
def test_a_number_from_elsewhere_typed_without_its_code_is_told(form: str, number: str, told: bool) -> None:
    """A United States page that takes national numbers reads a Chinese one as its own."""
    mock = load_site("mock")
    slot = mock.contact["phone"].model_copy(update={"form": form})
    site = mock.model_copy(update={"contact": {**mock.contact, "phone": slot}})
    codes = [one.code for one in site_findings(seller(contact={"phone": number}), site)]
    assert codes == (["phone-typed-without-code"] if told else [])


def test_a_bank_post_office_or_boxer_is_no_mail_drop() -> None:
    """Words inside other words and BP outside France mean nothing."""
    for line in ("12 Boxer Street", "1 BP Tower", "5 Postfachstetten", "Poboxa Road 3", "8 Pegasus Way"):
        profile = seller(business_address={"lines": [line]})
        assert not {"po-box", "private-mailbox", "virtual-office", "care-of"} & found(profile).keys(), line


def test_two_addresses_that_are_one_place_are_told() -> None:
    """The same place in two spellings fails one of two document checks."""
    twice = seller(
        registered_address={**US, "lines": ["2100 Quay St", "Suite 310"], "district": None, "also": []}
    )
    one = found(twice)["one-place-twice"]
    assert one.severity == "warns"
    assert "“2100 Quay Street” and “2100 Quay St”" in one.what


def test_a_business_registered_elsewhere_needs_its_registered_address() -> None:
    """A Chinese company whose only address is in the United States has a licence with another one."""
    profile = seller().model_copy(update={"registered_address": None, "documents": ()})
    assert found(profile)["registered-address-missing"].where == "registered_address"


@pytest.mark.parametrize(
    ("document", "code", "where", "severity"),
    [
        ({"name": "深圳市港湾里贸易有限责任公司"}, "name-written-differently", "name", "breaks"),
        ({"name": "深圳市港湾路贸易有限公司"}, "name-differs", "name", "breaks"),
        ({"name": "Shenzhen Harbor Lane Trading Co Limited"}, "name-written-differently", "name", "breaks"),
        ({"name": "SHENZHEN HARBOR LANE TRADING CO., LTD."}, "name-written-differently", "name", "warns"),
        ({"address": CN_HAN | {"lines": ["港湾里88号4幢1203"]}}, "address-written-differently", "address",
         "breaks"),
        ({"address": CN_HAN | {"lines": ["港湾里89号4栋1203室"]}}, "address-differs", "address", "breaks"),
        ({"issued": date(2026, 11, 25)}, "document-in-future", "issued", "breaks"),
        ({"expires": date(2026, 11, 23)}, "document-expired", "expires", "breaks"),
    ],
)  # fmt: skip
def test_a_licence_must_read_as_the_profile(
    document: dict[str, Any], code: str, where: str, severity: str
) -> None:
    """Name and registered address, letter by letter; both forms are in the sentence."""
    one = found(seller(), {"kind": "business-licence"} | document)[code]
    assert (one.where, one.severity) == (f"mine.toml: documents[0].{where}", severity)


def test_a_mismatch_names_both_forms_and_the_rule() -> None:
    """A person sees what stands where, and why it is the same to them and not to a check."""
    bill = {"kind": "utility-bill", "issued": TODAY, "address": US | {"lines": ["2100 Quay St", "Suite 310"]}}
    one = found(seller(), bill)["address-written-differently"]
    assert "the utility bill has “2100 Quay St”, business_address “2100 Quay Street”" in one.what
    assert one.source.startswith("Street = St (USPS Publication 28")


@pytest.mark.parametrize(("days", "old"), [(0, False), (90, False), (91, True), (400, True)])
def test_a_statement_may_be_ninety_days_old(days: int, old: bool) -> None:
    """The ninetieth day is still good; a licence is of any age."""
    issued = TODAY - timedelta(days=days)
    assert ("document-too-old" in found(seller(), {"kind": "bank-statement", "issued": issued})) is old
    assert found(seller(), {"kind": "business-licence", "issued": issued}) == {}


def test_a_sites_own_rule_of_age_goes_before_ours() -> None:
    """One marketplace takes 180 days, and says so in its site file."""
    statement = {"kind": "bank-statement", "issued": TODAY - timedelta(days=120)}
    rule: dict[Any, MaxAge] = {"bank-statement": MaxAge(180, "its own page")}
    assert found(seller(), statement)["document-too-old"].source
    assert found(seller(), statement, ages=rule) == {}
    bill = {"kind": "utility-bill", "issued": TODAY - timedelta(days=120)}
    assert "document-too-old" in found(seller(), bill, ages=rule)


def test_a_document_without_its_date_is_a_warning() -> None:
    """What cannot be told is said."""
    assert found(seller(), {"kind": "utility-bill"})["document-undated"].severity == "warns"


def test_another_script_cannot_be_compared_and_is_no_mismatch() -> None:
    """Without the Chinese forms in the profile a Chinese licence is neither right nor wrong."""
    plain = seller(legal_name_also=[], registered_address={"also": []}, documents=[])
    licence = {"kind": "business-licence", "name": "深圳市港湾里贸易有限公司", "address": CN_HAN}
    told = found(plain, licence)
    assert told.keys() == {"name-in-another-script", "address-in-another-script"}
    assert {one.severity for one in told.values()} == {"warns"}


def test_a_bill_may_have_either_address_and_one_must_prove_where_the_business_works() -> None:
    """A statement that goes to the registered address is right, but proves nothing of the other."""
    registered = {"kind": "bank-statement", "issued": TODAY, "address": CN_HAN | {"state": "广东省"}}
    business = {"kind": "utility-bill", "issued": TODAY, "address": US}
    assert found(seller(), registered).keys() == {"business-address-unproven"}
    assert found(seller(), registered, business) == {}


def test_an_identity_document_has_a_persons_name_and_home() -> None:
    """It is not compared with the business."""
    passport = {"kind": "identity-document", "name": "Li Ming", "address": US | {"city": "Berkeley"}}
    assert found(seller(), passport) == {}


def test_a_file_of_documents_is_refused_by_its_key(tmp_path: Path) -> None:
    """A misspelt key is named with the one that was meant."""
    path = tmp_path / "docs.toml"
    path.write_text('[[documents]]\nkind = "utility-bill"\nisued = 2026-01-02\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"line 3: documents\[0\]\.isued") as refused:
        load_documents(path)
    assert "issued" in refused.value.hint


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("tax_id", "12", "tax id"),
        ("bank_ending", "6222021234564471", "last digits"),
        ("bank_ending", "44A1", "last digits"),
        ("bank_ending", 4471, "expected a text"),
    ],
)
def test_a_wrong_secret_is_refused_without_repeating_it(key: str, value: object, says: str) -> None:
    """A whole account number does not belong into the file, and never into a sentence."""
    with pytest.raises(BadInput, match=key) as refused:
        seller(**{key: value})
    assert says in refused.value.message
    assert str(value) not in refused.value.message + refused.value.hint


def test_secrets_are_never_shown() -> None:
    """Neither a printed profile nor a value in a sentence has any part of them."""
    profile = seller()
    printed = f"{profile!r} {profile.tax_id} {profile.bank_ending!r}"
    assert "4471" not in printed
    assert "2K7T" not in printed
    assert printed.count("••••") >= 4


@pytest.mark.parametrize(
    ("shown", "matches"),
    [
        ("4471", True), ("•••• 4471", True), ("Account ending in 4471", True), ("****4471", True),
        ("••71", True),
        ("4472", False), ("24471", False), ("••••", False), ("•••1", False), ("", False), ("4471 9", False),
    ],
)  # fmt: skip
def test_a_bank_ending_is_found_in_what_a_page_shows(shown: str, matches: bool) -> None:
    """Masks and labels before it are no trouble; other digits are."""
    ending = seller().bank_ending
    assert ending is not None
    assert ending.matches(shown) is matches


@pytest.mark.parametrize(
    ("shown", "matches"),
    [("91440300ma4fhx2k7t", True), ("914403-00MA4FHX-2K7T", True), ("••••••2K7T", True), ("••••2K7X", False)],
)
def test_a_tax_id_is_found_in_what_a_page_shows(shown: str, matches: bool) -> None:
    """In any case and grouping, or its end after a mask."""
    tax_id = seller().tax_id
    assert tax_id is not None
    assert tax_id.matches(shown) is matches


def test_an_address_with_a_wrong_part_still_loads() -> None:
    """What is wrong with an address is a finding for a person, not a refusal of the file."""
    profile = seller(business_address={"state": "Atlantis", "postal_code": "x"})
    assert isinstance(profile.business_address, WrittenAddress)


DOCS = """\
[[documents]]
kind = "bank-statement"
name = "Shenzhen Harbor Lane Trading Co., Ltd."
issued = {issued}
"""


def test_the_verb_compares_files_and_ends_with_4_where_a_person_must_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One JSON object has every finding; a site's rule of 180 days lets the same statement pass."""
    docs = tmp_path / "docs.toml"
    docs.write_text(DOCS.format(issued=datetime.now().date() - timedelta(days=120)), encoding="utf-8")
    with as_file(files("handrail_fixtures") / "profiles" / "harbor-lane.toml") as path:
        check = ["profile", "check", str(path), "--against", str(docs), "--lang", "en"]
        assert main([*check, "--json"]) == 4
        facts = json.loads(capsys.readouterr().out)
        assert [one["code"] for one in facts["findings"]] == ["document-too-old", "email-for-dry-runs-only"]
        assert facts["findings"][0]["where"] == f"{docs}: documents[0].issued"
        assert facts["findings"][0]["would_break"] == ["address", "certify"]
        assert facts["advice"] == facts["findings"][0]["mend"]
        assert main(check) == 4
        assert "address, certify would fail" in capsys.readouterr().out
        assert main([*check, "--site", "mock"]) == 0
        assert "This profile can be used." in capsys.readouterr().out


def test_the_verb_names_the_flow_that_would_stop_on_a_site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--site` knows more than the age of documents: the same file passes without it."""
    file = tmp_path / "me.toml"
    assert main(["profile", "example", "--lang", "en"]) == 0
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    check = ["profile", "check", str(file), "--lang", "en"]
    assert main(check) == 0
    capsys.readouterr()
    assert main([*check, "--site", "mock"]) == 4
    told = capsys.readouterr().out
    assert "✗ bank_ending: certify would fail" in told
    assert told.endswith("Mend what is marked ✗ first; else address, certify would fail.\n")


def test_what_cannot_be_read_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file of documents and an unknown site are usage, not findings."""
    with as_file(files("handrail_fixtures") / "profiles" / "harbor-lane.toml") as path:
        assert (
            main(["profile", "check", str(path), "--against", str(tmp_path / "none.toml"), "--lang", "en"])
            == 2
        )
        assert "file of documents" in capsys.readouterr().err
        assert main(["profile", "check", str(path), "--site", "amazn-us", "--lang", "en"]) == 2
        assert "amazon-us" in capsys.readouterr().err


def test_each_finding_has_its_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second document is documents[1], and its line is the one where a person finds it."""
    docs = tmp_path / "docs.toml"
    docs.write_text(
        DOCS.format(issued=datetime.now().date()) + DOCS.format(issued="2020-01-01"), encoding="utf-8"
    )
    with as_file(files("handrail_fixtures") / "profiles" / "harbor-lane.toml") as path:
        check = ["profile", "check", str(path), "--against", str(docs), "--lang", "en"]
        assert main([*check, "--json"]) == 4
        old = json.loads(capsys.readouterr().out)["findings"][0]
        assert (old["where"], old["file"], old["line"]) == (f"{docs}: documents[1].issued", str(docs), 8)
        assert main(check) == 4
        assert (
            f"✗ {docs}: documents[1].issued, line 8: address, certify would fail" in capsys.readouterr().out
        )


def test_several_profiles_are_checked_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that cannot be read hides no other's findings; the exit code is that of the worst."""
    good, bad, none = tmp_path / "good.toml", tmp_path / "bad.toml", tmp_path / "none.toml"
    assert main(["profile", "example", "--lang", "en"]) == 0
    text = capsys.readouterr().out
    good.write_text(text, encoding="utf-8")
    bad.write_text(text.replace("+86 138 0013 8000", "+86 755 1234 5678"), encoding="utf-8")
    several = ["profile", "check", str(bad), str(none), str(good), "--lang", "en"]
    assert main([*several, "--json"]) == 2
    record = json.loads(capsys.readouterr().out)
    assert [(one["file"], one["exit_code"]) for one in record["profiles"]] == [
        (str(bad), 4),
        (str(none), 2),
        (str(good), 0),
    ]
    assert record["exit_code"] == 2
    assert "no profile at" in record["profiles"][1]["error"]["message"]
    assert main(["profile", "check", str(bad), str(good), "--lang", "en"]) == 4
    shown = capsys.readouterr().out
    assert shown.index(str(bad)) < shown.index("contact would fail") < shown.index(str(good))
