"""A tax id checked in itself: its length and its check digit, where the rule is public."""

from __future__ import annotations

import pytest

from handrail.core.i18n import choose
from handrail.profile.lint.tax_ids import tax_id_findings
from handrail.profile.model import Profile

LENGTH, DIGIT, FORM, OLD = "tax-id-length", "tax-id-check-digit", "tax-id-malformed", "tax-id-old"


def seller(country: str, tax_id: str, name: str = "Harbor Lane") -> Profile:
    """A seller of this country with this tax id."""
    return Profile.model_validate(
        {
            "legal_name": name,
            "country": country,
            "tax_id": tax_id,
            "account": {"name": "Harbor Lane"},
            "contact": {"email": "ops@harborlane.cn", "phone": "+86 131 2345 6789"},
        }
    )


@pytest.mark.parametrize(
    ("country", "tax_id", "codes"),
    [
        ("CN", "91110000600037341L", []),
        ("CN", "9111 0000 6000 3734 1L", []),
        ("CN", "91110000600037341A", [DIGIT]),
        ("CN", "91110000600037314L", [DIGIT]),
        ("CN", "9111000060003734L", [LENGTH]),
        ("CN", "911100006000373411L", [LENGTH]),
        ("CN", "9111000O600037341L", [FORM]),
        ("CN", "91A10000600037341L", [FORM]),
        ("CN", "440301123456789", [OLD]),
        ("CN", "11010519491231002X", []),
        ("US", "12-3456789", []),
        ("US", "12-345678", [LENGTH]),
        ("US", "12-345678A", [FORM]),
        ("US", "000-00-0000", [FORM]),
        ("DE", "DE136695976", []),
        ("DE", "DE136695978", [DIGIT]),
        ("DE", "DE13669597", [LENGTH]),
        ("CN", "DE136695978", [DIGIT]),
        ("FR", "FR40303265045", []),
        ("FR", "FR41303265045", [DIGIT]),
        ("AT", "ATU13585627", []),
        ("AT", "AT13585627", [FORM]),
        ("GR", "EL094259216", []),
        ("GB", "GB980780684", []),
        ("GB", "GB980780685", [DIGIT]),
        ("HK", "12345678", []),
        ("DE", "181/815/08155", []),
    ],
)
def test_only_what_a_public_rule_refuses_is_named(country: str, tax_id: str, codes: list[str]) -> None:
    """Published examples pass, each kind of slip has its own code, and a number of another kind is let be."""
    assert [finding.code for finding in tax_id_findings(seller(country, tax_id))] == codes


@pytest.mark.parametrize(("name", "codes"), [("Harbor Lane LLC", [FORM]), ("Jo Harbor", [])])
def test_a_company_of_the_united_states_has_an_ein(name: str, codes: list[str]) -> None:
    """07 begins no EIN; a person in business alone may state a Social Security number."""
    assert [finding.code for finding in tax_id_findings(seller("US", "071234567", name))] == codes


@pytest.mark.parametrize(
    ("language", "tax_id", "says"),
    [
        ("en", "9111000060003734L", "has 18 characters, and this one has 17: one is missing."),
        ("en", "911100006000373411L", "has 18 characters, and this one has 19: one too many."),
        ("zh", "9111000060003734L", "统一社会信用代码应为 18 位，现在只有 17 位，少了一位。"),
        ("zh", "911100006000373411L", "统一社会信用代码应为 18 位，现在有 19 位，多了一位。"),
    ],
)
def test_a_character_too_few_or_many_is_said_and_the_number_is_not(
    language: str, tax_id: str, says: str
) -> None:
    """The id is secret: what is wrong with it is told without any part of it."""
    choose(language)
    (finding,) = tax_id_findings(seller("CN", tax_id))
    choose("en")
    assert says in finding.what
    assert not any(tax_id[at : at + 4] in finding.what + finding.mend for at in range(len(tax_id) - 3))
    assert (finding.where, finding.severity, finding.verifications) == ("tax_id", "breaks", ("certify",))
