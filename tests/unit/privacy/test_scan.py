"""The scan: the second line, which reads what was written and refuses to seal what should not be there."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, PngImagePlugin

from handrail.evidence.format.events import Json
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.errors import NotSealed
from handrail.evidence.recording.recorder import Recorder
from handrail.privacy.redactor import Redactor
from handrail.privacy.scan import Leak, scan, scan_text
from handrail.privacy.scan_rules import Hidden, Known
from handrail.profile.channel import parse_channel
from handrail.profile.model import load_profile

EMAIL = "canary.owner@harborlane.example"
PHONE = "+8613795174826"
US_PHONE = "+12065550143"
CODE = "482913"
PASSWORD = "ebb-and-flow 27"
COOKIE = "s%3AqR7x.tt0-91_kd2Lw8"
SECRETS = Hidden(
    (
        Known("email", EMAIL),
        Known("phone", PHONE),
        Known("phone", US_PHONE),
        Known("code", CODE),
        Known("password", PASSWORD),
        Known("cookie", COOKIE),
        Known("tax-id", "91440300MA5EXAMPLE"),
        Known("bank", "4821"),
    )
)
FACTS: dict[str, Json] = {"flow": "contact", "site": "mock", "site_kind": "mock", "dry_run": True}
SIGNER = Signer(Ed25519PrivateKey.generate(), demo=True)
SAMPLE = "profiles/harbor-lane.toml"
HARMLESS = (
    "Order 2026-11-23 20:30:59+08:00, 1,234,567.89 EUR, 302-1234567-7654321, @handle, v1.2.3",
    "+86 138••••8000, w••@example.com, +86 131****6789, w***i@example.com, ••••00, [hidden]",
    "4821 Harbor Road, Suite 482; 518000 Shenzhen; postal code 100010; exit code 4; error code 500123",
    "Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0.0.0 Handrail/0.1.0 (attended; +https://example.org)",
    "The verification code was sent at 2026-11-23T20:30:59.482913Z; sha256 482913aa",
    "FR24 NOT AN IBAN 123, GB00 WEST 1234 5698 7654 32, 4111 1111 1111 1112",
    # Fingerprints of two real keys, with a card's number in them by chance.
    "4a68 ccd3 6c8e b112 fd39 5e3e 2518 ecd1 24f2 8670 5730 3132 6174 8316 9b86 bb98",
    "b4da 482f 591a a97f 5104 8527 0743 0102 2bc9 f1f2 dbf2 ec5e f2e2 19d9 174f 9720",
)


def whats(text: str, secrets: Hidden = SECRETS) -> set[str]:
    """Return the sorts of things found in a text."""
    return {leak.what for leak in scan_text(text, secrets, "here")}


@pytest.mark.parametrize("value", [EMAIL, PHONE, US_PHONE])
def test_a_known_value_is_found_in_every_written_form(value: str) -> None:
    """No spelling, width, encoding or spacing gets a value of the profile past the scan."""
    kind = "email" if "@" in value else "phone"
    forms = parse_channel(kind, value).written_forms()  # type: ignore[arg-type]  # one of the two
    whole = forms[:-1] if kind == "email" else forms  # the name before the @ is a word like any other
    assert [form for form in whole if kind not in whats(f"To {form}.")] == []


@pytest.mark.parametrize(("secret", "what"), [(CODE, "code"), (PASSWORD, "password"), (COOKIE, "cookie")])
def test_a_secret_is_found_in_every_encoding(secret: str, what: str) -> None:
    """Plain, quoted, escaped, entity by entity, full-width or in base64 at any place: it is found."""
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in secret)
    entities = "".join(f"&#{ord(c)};" for c in secret)
    forms = [
        secret,
        quote(secret, safe=""),
        quote(quote(secret, safe="")),
        json.dumps(secret),
        wide,
        entities,
    ]
    assert [form for form in forms if what not in whats(f"a ({form}) b")] == []
    if what != "code":
        for before in ("", "x", "xy"):
            assert what in whats(base64.b64encode(f"{before}{secret} and more".encode()).decode())


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("482 913", "code"),
        ("91440300-MA5EXAMPLE", "tax-id"),
        ("account ending in 4821", "bank"),
        ("尾号为4821", "bank"),
        ("•••• 4821", "bank"),
        ("**** MPLE", "tax-id"),
        ("someone@shop.example.org", "email"),
        ("+44 (0)20 7946 0018", "phone"),
        ("138 0013 8000", "phone"),
        ("GB82 WEST 1234 5698 7654 32", "bank"),
        ("4111 1111 1111 1111", "bank"),
        ("Your verification code is 771204.", "code"),
        ("您的验证码：771204", "code"),
        ("%2B44%2020%207946%200018", "phone"),
        ("someone&commat;shop.example.org", "email"),
    ],
)
def test_what_has_the_shape_of_something_private_is_found(text: str, what: str) -> None:
    """Short values beside the words that give them away, and anybody's contact, account or code."""
    assert what in whats(text)


def test_a_display_form_is_no_leak() -> None:
    """A phone whose last digits are also the bank account's can be shown as phones are."""
    bank = (Known("bank", "8000"),)
    assert whats("+86 138••••8000", Hidden(bank)) == {"bank"}
    assert whats("+86 138••••8000 and ••••8000", Hidden(bank, ("+86 138••••8000",))) == {"bank"}
    assert whats("Sent to +86 138••••8000", Hidden(bank, ("+86 138••••8000",))) == set()


@pytest.mark.parametrize(
    "text",
    [
        "•••• 4471", "**** 4471", "xxxx4471", "…4471", "····4471", "ending in 4471", "last four digits: 4471",
        "尾号为4471", "末四位4471", "•••• 2K7T", "91440300MA4FHX2K7T", "91440300-MA4F-HX2K7T",
        "GB82 WEST 1234 5698 7654 32", "NO93 8601 1117 947", "4111 1111 1111 1111", "6222021234567890128",
        "someone@shop.example.org", "+44 (0)20 7946 0018", "138 0013 8000", "(206) 555-0143",
        "Your verification code is 771204.", "您的验证码：771204", "OTP 771204",
    ],
)  # fmt: skip
def test_the_first_line_hides_all_that_the_second_looks_for(text: str) -> None:
    """What the redactor has cleaned never refuses a seal; else every run on such a page would be refused."""
    redaction = Redactor(load_profile(Path(str(files("handrail_fixtures") / SAMPLE))))
    assert whats(text, redaction.hidden)
    assert whats(redaction.clean(f"It says {text} here"), redaction.hidden) == set()


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_is_left_alone(text: str) -> None:
    """Dates, prices, order numbers, hashes and display forms never refuse a seal."""
    assert whats(text) == set()


def png(info: PngImagePlugin.PngInfo | None = None) -> bytes:
    """Return a small picture."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG", pnginfo=info)
    return file.getvalue()


def begin(out: Path, clean: Callable[[str], str] = str) -> Recorder:
    """Begin a bundle whose redactor, the first line, has failed: it hides nothing."""
    return Recorder.begin(
        out,
        facts=FACTS,
        clean=clean,
        signer=SIGNER,
        scan=lambda folder, already: scan(folder, SECRETS, already),
    )


def leaky(recorder: Recorder, where: str) -> str:
    """Write the code where the redactor should have taken it out; return the file it lands in."""
    if where == "event":
        recorder.event("advice", text=f"The code was {CODE}")
        return "events.jsonl"
    if where == "number":
        recorder.event("step", name="enter-code", value=int(CODE))
        return "events.jsonl"
    if where == "file name":
        recorder.artifact(f"typed {CODE}", png(), {"caption": "Typed"}, None)
        return "artifacts/0001"
    if where == "page text":
        recorder.artifact("typed", png(), {"caption": "Typed"}, f'- text: "{CODE}"')
        return "artifacts/0001-typed.aria.yaml"
    if where == "page facts":
        recorder.artifact("typed", png(), {"caption": "Typed", "url": f"https://shop.example/{CODE}"}, None)
        return "artifacts/0001-typed.json"
    if where == "picture's text":
        info = PngImagePlugin.PngInfo()
        info.add_text("comment", "hello")
        recorder.artifact("typed", png(info), {"caption": "Typed"}, None)
        return "artifacts/0001-typed.png"
    raise AssertionError(where)


@pytest.mark.parametrize(
    "where", ["event", "number", "file name", "page text", "page facts", "picture's text"]
)
def test_whatever_the_redactor_misses_refuses_the_seal(tmp_path: Path, where: str) -> None:
    """One secret in any corner keeps the bundle aside, names the file and the rule, and not the value."""
    recorder = begin(tmp_path)
    file = leaky(recorder, where)
    with pytest.raises(NotSealed) as refused:
        recorder.finish({"outcome": "done", "exit_code": 0})
    (aside,) = tmp_path.iterdir()
    assert aside.name == f"unsealed-{recorder.bundle_id}"
    assert refused.value.folder == aside
    assert file in refused.value.message
    said = refused.value.message + refused.value.hint + (aside / "UNSEALED.txt").read_text("utf-8")
    assert CODE not in said
    assert not (aside / "SHA256SUMS").exists()


def test_a_result_that_gives_a_secret_away_refuses_the_seal(tmp_path: Path) -> None:
    """What is written last, the manifest and the report, is read as well."""
    recorder = begin(tmp_path)
    with pytest.raises(NotSealed, match=r"manifest\.json"):
        recorder.finish({"outcome": "done", "exit_code": 0, "advice": [f"Typed {CODE}"]})


def test_a_number_split_over_nodes_of_a_page_is_found(tmp_path: Path) -> None:
    """Down the lines of a page's text, mark-up between the digits does not hide a number."""
    recorder = begin(tmp_path)
    recorder.artifact(
        "typed", png(), {}, '- text: "+86"\n- strong: "137"\n- emphasis: "9517"\n- text: 4826 is verified'
    )
    with pytest.raises(NotSealed) as refused:
        recorder.finish({"outcome": "done", "exit_code": 0})
    assert "aria.yaml" in refused.value.message


def test_what_handrail_counted_is_no_code(tmp_path: Path) -> None:
    """A size, a time or a place that happens to have a code's digits does not refuse the seal."""
    recorder = begin(tmp_path)
    recorder.event("step", name="read", ms=int(CODE), attempts=1)
    recorder.artifact("typed", png(), {"masks": [{"x": 1, "y": int(CODE), "hides": "personal"}]}, None)
    assert (recorder.finish({"outcome": "done", "exit_code": 0}) / "SHA256SUMS").exists()


BY_CHANCE = re.compile(r"(?<![0-9a-z])(?=([0-9](?:[ \t.·/-]?[0-9]){5})(?![0-9a-z]))")
"""Six digits with at most one sign between each two: whatever could be taken for a code."""


def test_a_code_may_have_the_digits_of_a_day_or_a_drawing(tmp_path: Path) -> None:
    """No code at all is found in what Handrail itself writes: days, times, its own address, its drawings."""
    recorder = begin(tmp_path)
    recorder.event("navigate", page="contact", url="http://127.0.0.1:46041/settings", status=200)
    recorder.artifact("typed", png(), {"url": "http://127.0.0.1:46041/settings"}, "- text: typed")
    bundle = recorder.finish({"outcome": "done", "exit_code": 0})
    texts = [
        path.read_text("utf-8") for path in bundle.rglob("*") if path.suffix in (".html", ".jsonl", ".json")
    ]
    digits = {re.sub(r"[^0-9]", "", code) for text in texts for code in BY_CHANCE.findall(text.casefold())}
    assert len(digits) > 3
    codes = Hidden(tuple(Known("code", code) for code in digits))
    assert scan(bundle, codes) == []


def test_a_code_beside_a_day_is_still_found() -> None:
    """Taking days and times away takes no code away with them."""
    assert whats(f"On 2026-11-24 02:44:53 the code {CODE} was typed") == {"code"}
    assert whats(f"2026-11-24T02:44:53Z {CODE}") == {"code"}
    assert whats("typed 482 913 at 127.0.0.1") == {"code"}


def test_the_manifest_says_what_was_hidden_and_looked_for(tmp_path: Path) -> None:
    """The record counts the masks by class and names the rules; it holds no value."""
    recorder = begin(tmp_path)
    masks = [{"x": 1, "y": 1, "hides": hides} for hides in ("personal", "personal", "secret")]
    recorder.artifact("typed", png(), {"masks": masks}, None)
    bundle = recorder.finish({"outcome": "done", "exit_code": 0})
    record = json.loads((bundle / "manifest.json").read_bytes())["redaction"]
    assert record["masks"] == {"personal": 2, "secret": 1}
    assert record["scan"]["done"] is True
    assert record["scan"]["found"] == []
    assert "any-email" in record["scan"]["shapes"]


def test_without_a_scan_the_record_says_so(tmp_path: Path) -> None:
    """A bundle nobody read again never claims that somebody did."""
    recorder = Recorder.begin(tmp_path, facts=FACTS, clean=str, signer=SIGNER)
    bundle = recorder.finish({"outcome": "done", "exit_code": 0})
    assert json.loads((bundle / "manifest.json").read_bytes())["redaction"]["scan"]["done"] is False


def test_a_leak_tells_its_place_and_never_its_value() -> None:
    """What a find holds is a file, a sort and a rule."""
    (leak,) = scan_text(CODE, SECRETS, "here")
    assert leak == Leak("here", "code", "known-code")


@pytest.mark.parametrize(
    ("code", "text", "is_found"),
    [
        ("0000", "The times of day are of 2026-11-28 (+0000)", False),
        ("0000", "2026-11-28 11:27:02 +0000", False),
        ("0000", "Your code is 0000.", True),
        ("0000", "+0000000", False),
        ("4711", "2026-11-28 11:27:02 +4711", True),
        ("help", "Help given", False),
        ("hxqp", "hxqp given", True),
    ],
)
def test_time_zones_and_own_words_are_no_code(code: str, text: str, is_found: bool) -> None:
    """What was typed as a code is found as a whole word, but not where Handrail itself writes it."""
    assert bool(scan_text(text, Hidden((Known("code", code),)), "report.html")) is is_found
