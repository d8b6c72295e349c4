"""The verbs that check, list, show and open bundles, as their users see them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import forgery
import pytest
from authority import Authority

from handrail.core import i18n
from handrail.evidence.export.zip_writer import write_zip
from handrail.evidence.keys.signer import Signer
from handrail.evidence.keys.signing_keys import demo_signer
from handrail_cli.main import main

HOSTILE = "\x1b[2J\x07\u202egnp.\u2066\ud800"


@dataclass(frozen=True)
class Desk:
    """A state folder, and a folder with one bundle of its own key."""

    state: Path
    out: Path
    bundle: Path
    """Sealed and stamped."""
    root: Path
    """The authority's root."""


@dataclass(frozen=True)
class Said:
    """What a verb printed, and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose bundle is fine."""
    folder = tmp_path_factory.mktemp("desk")
    signer, authority = demo_signer(folder / "state"), Authority(folder / "authority")
    bundle = forgery.good_bundle(folder / "out", signer)
    forgery.stamp(bundle, signer, authority)
    return Desk(folder / "state", folder / "out", bundle, authority.root)


@pytest.fixture
def copy(desk: Desk, tmp_path: Path) -> Path:
    """A copy of the bundle to be changed."""
    shutil.copytree(desk.bundle, tmp_path / desk.bundle.name)
    return tmp_path / desk.bundle.name


@pytest.fixture
def at_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the desk's keys, and speak English."""
    monkeypatch.setenv("HANDRAIL_STATE", str(desk.state))
    monkeypatch.setenv("HANDRAIL_LANG", "en")
    yield
    i18n.choose("en")


@pytest.fixture
def evidence(at_desk: None, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run `handrail evidence` at the desk."""

    def said(*arguments: object) -> Said:
        code = main(["evidence", *map(str, arguments)])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return said


def test_a_bundle_of_our_own_passes(desk: Desk, evidence: Callable[..., Said]) -> None:
    """This machine's own key is pinned; the first line says that nothing trusted tells the time."""
    said = evidence("verify", desk.bundle)
    assert said.code == 0
    assert said.out.startswith("NO TRUSTED TIME: ")
    assert "DRY RUN" in said.out
    assert said.out.endswith(f"Bundle: {desk.bundle.name}\n")


def test_a_trusted_timestamp_is_told_first(desk: Desk, evidence: Callable[..., Said]) -> None:
    """With the authority's root, the time is proven, and may be required."""
    said = evidence("verify", desk.bundle, "--tsa-root", desk.root, "--require-time")
    assert said.code == 0
    assert said.out.startswith("Begun about 2")
    assert "says CN=Handrail tests\\, stamp." in said.out.splitlines()[0]


def test_only_when_required_a_missing_time_fails(desk: Desk, evidence: Callable[..., Said]) -> None:
    """--require-time makes 1 of it, and says why in the first two lines."""
    said = evidence("verify", desk.bundle, "--require-time")
    assert said.code == 1
    assert [line[:15] for line in said.out.splitlines()] == ["NO TRUSTED TIME", "✗ It does not v"]


def test_a_stranger_is_intact_but_not_pinned(
    desk: Desk, evidence: Callable[..., Said], tmp_path: Path
) -> None:
    """Exit code 4, and the fingerprint to compare on a line of its own."""
    said = evidence("verify", desk.bundle, "--state", tmp_path)
    assert said.code == 4
    assert f"  {demo_signer(desk.state).fingerprint}" in said.out.splitlines()


@pytest.mark.parametrize("given", ["file", "fingerprint", "spoken"])
def test_the_key_may_be_named(given: str, desk: Desk, evidence: Callable[..., Said], tmp_path: Path) -> None:
    """By its file or its fingerprint, which people write with colons and capitals."""
    signer = demo_signer(desk.state)
    (tmp_path / "key.pem").write_bytes(signer.public_pem)
    pairs = [signer.fingerprint[at : at + 2].upper() for at in range(0, 64, 2)]
    key = {"file": tmp_path / "key.pem", "fingerprint": signer.fingerprint, "spoken": ":".join(pairs)}[given]
    assert evidence("verify", desk.bundle, "--state", tmp_path, "--key", key).code == 0


def test_a_rehearsals_key_stays_one_when_it_is_named(
    desk: Desk, evidence: Callable[..., Said], tmp_path: Path
) -> None:
    """Naming this machine's key of rehearsals with --key does not make it good for a live run."""
    signer = demo_signer(desk.state)
    live = forgery.good_bundle(tmp_path, Signer(signer.key, demo=False), kind="live")
    said = evidence("verify", live, "--key", signer.fingerprint)
    assert said.code == 1
    assert "rehearsals only" in said.out + said.err
    assert evidence("verify", desk.bundle, "--key", signer.fingerprint).code == 0


def test_a_key_that_is_named_counts_alone(desk: Desk, evidence: Callable[..., Said]) -> None:
    """Who names a key wants that one, even where the signer's is pinned."""
    assert evidence("verify", desk.bundle, "--key", "0" * 64).code == 4


def test_another_bundle_than_the_one_expected_fails(desk: Desk, evidence: Callable[..., Said]) -> None:
    """Nothing else tells two bundles of the same key apart."""
    assert evidence("verify", desk.bundle, "--expect-id", desk.bundle.name).code == 0
    assert evidence("verify", desk.bundle, "--expect-id", "another").code == 1


@pytest.mark.parametrize(
    "wrong",
    [["nothing-here"], [".", "--key", "12ab"], [".", "--tsa-root", "nothing"], [".", "--tsa-root", __file__]],
)
def test_a_wrong_usage_is_no_verdict(wrong: list[str], evidence: Callable[..., Said]) -> None:
    """What cannot be checked at all ends with 2, a sentence and a hint."""
    said = evidence("verify", *wrong)
    assert (said.code, said.out) == (2, "")
    assert len(said.err.splitlines()) == 2


@pytest.mark.parametrize("verb", ["verify", "show", "open", "export"])
def test_the_folder_that_the_bundles_are_in_is_no_bundle(
    verb: str, desk: Desk, evidence: Callable[..., Said], tmp_path: Path
) -> None:
    """Nothing is wrong with them: the folder's bundles are named, and it ends with 2."""
    options = ["--out", tmp_path / "one.zip"] if verb == "export" else []
    said = evidence(verb, desk.out, *options)
    assert (said.code, said.out) == (2, "")
    assert "is no bundle; it holds bundles: 1." in said.err
    assert desk.bundle.name in said.err


def test_a_folder_with_nothing_of_a_bundle_does_not_verify(
    evidence: Callable[..., Said], tmp_path: Path
) -> None:
    """Somebody may have taken every file out of it."""
    said = evidence("verify", tmp_path)
    assert said.code == 1
    assert "nothing that a bundle is made of is in it" in said.out


@pytest.mark.parametrize(
    ("outcome", "told"), [("needs-person", "waits for a person"), ("unfinished", "broke off")]
)
def test_how_an_incomplete_run_ended_is_told(
    outcome: str, told: str, desk: Desk, evidence: Callable[..., Said], tmp_path: Path
) -> None:
    """Waiting for somebody is not breaking off."""
    said = evidence("verify", forgery.good_bundle(tmp_path, demo_signer(desk.state), outcome=outcome))
    assert said.code == 0
    assert f"INCOMPLETE: the run {told}" in said.out


def test_a_time_has_one_form_for_people_and_another_for_machines(
    desk: Desk, evidence: Callable[..., Said]
) -> None:
    """Local with its offset in a verdict, a list and a timeline; RFC 3339 in JSON."""
    form = r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? [+-]\d{4}"
    shown = evidence("show", desk.bundle, "--tsa-root", desk.root).out
    assert re.search(rf"Begun about {form}, sealed before {form}", shown)
    assert re.search(r"The times of day are of \d{4}-\d\d-\d\d \([+-]\d{4}\)", shown)
    assert re.search(form, evidence("list", "--out", desk.out).out)
    assert "UTC" not in shown
    told = json.loads(evidence("show", desk.bundle, "--json").out)["timeline"]
    assert all(re.fullmatch(r"[\d-]{10}T[\d:.]{12}Z", line["time"]) for line in told)


def test_json_is_one_object_with_every_reason(copy: Path, evidence: Callable[..., Said]) -> None:
    """Reasons come in order, each with its code; the verdict is the one that people read."""
    (copy / "artifacts" / ".hidden").write_text("x")
    (copy / "report.html").write_text("x")
    said = evidence("verify", copy, "--json")
    record = json.loads(said.out)
    assert said.code == record["exit_code"] == 1
    assert [one["code"] for one in record["reasons"]] == ["unlisted", "file-changed"]
    assert (record["intact"], record["time"], record["signer"]) == (False, None, "pinned")


def test_nothing_from_a_bundle_steers_the_terminal(
    copy: Path, evidence: Callable[..., Said], tmp_path: Path
) -> None:
    """Names in a folder, and texts in a log that a stranger signed, are printed with marks escaped."""
    (copy / "artifacts" / os.fsdecode(b"\x1b[2J\xe2\x80\xae\xff.png")).write_bytes(b"x")
    said = [evidence("verify", copy), evidence("verify", copy, "--json")]
    stranger = forgery.new_signer()
    bundle = forgery.good_bundle(tmp_path / "out", stranger)
    forgery.edit_log(bundle, lambda told: told[1].update(name=HOSTILE.replace("\ud800", "")))
    forgery.reseal(bundle, stranger)
    said += [evidence("show", bundle), evidence("show", bundle, "--json")]
    assert [one.code for one in said] == [1, 1, 4, 4]
    for one in said:
        marks = {unicodedata.category(letter) for letter in one.out + one.err if letter != "\n"}
        assert marks.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@pytest.mark.parametrize("packed", [False, True])
def test_a_checked_bundle_is_told(
    packed: bool, desk: Desk, evidence: Callable[..., Said], tmp_path: Path
) -> None:
    """`show` says the verdict, and then what happened, in order; from a zip the same."""
    path = desk.bundle
    if packed:
        path = tmp_path / "bundle.zip"
        write_zip(desk.bundle, path)
    said = evidence("show", path)
    assert said.code == 0
    found = [
        said.out.index(text) for text in ("NO TRUSTED TIME", "read phone", "phone as found", "phone verified")
    ]
    assert found == sorted(found)
    record = json.loads(evidence("show", path, "--json").out)
    told = [line["what"] for line in record["timeline"]]
    assert told.index("phone as found") < told.index("phone verified")


def test_nothing_is_told_of_a_bundle_that_does_not_verify(copy: Path, evidence: Callable[..., Said]) -> None:
    """`show` ends with the verdict."""
    (copy / "report.html").write_text("x")
    said = evidence("show", copy)
    assert (said.code, len(said.out.splitlines())) == (1, 2)
    assert json.loads(evidence("show", copy, "--json").out)["timeline"] == []


def test_a_list_says_what_each_folder_is(desk: Desk, evidence: Callable[..., Said], tmp_path: Path) -> None:
    """Sealed, kept aside, still being written; what cannot be read is no reason to stop."""
    for name in (".partial-b", "unsealed-c", "broken"):
        shutil.copytree(desk.bundle, tmp_path / name)
        (tmp_path / name / "attestation.dsse.json").unlink()
    (tmp_path / "broken" / "events.jsonl").write_bytes(b"[" * 99_999)
    (tmp_path / "broken" / "manifest.json").write_bytes(b"\xff")
    shutil.copytree(desk.bundle, tmp_path / desk.bundle.name)
    (tmp_path / "no-bundle").mkdir()
    record = json.loads(evidence("list", "--out", tmp_path, "--json").out)
    standing = {Path(one["path"]).name: (one["standing"], one["outcome"]) for one in record}
    assert standing == {
        desk.bundle.name: ("sealed", "done"),
        ".partial-b": ("unfinished", "done"),
        "unsealed-c": ("unsealed", "done"),
        "broken": ("unsealed", ""),
    }
    table = evidence("list", "--out", tmp_path)
    assert table.code == 0
    assert table.out.count(desk.bundle.name) == 3
    assert "NOT SEALED" in table.out


def test_a_folder_without_evidence_is_said_to_be_one(evidence: Callable[..., Said], tmp_path: Path) -> None:
    """An empty list is no error; for a script it is an empty list."""
    assert evidence("list", "--out", tmp_path / "none").code == 0
    assert json.loads(evidence("list", "--out", tmp_path, "--json").out) == []


@pytest.fixture
def agency(tmp_path: Path) -> Path:
    """Thirty-six bundles of three accounts, as an agency has them after a month."""
    signer = demo_signer(tmp_path / "state")
    (made := tmp_path / "evidence").mkdir()
    bundle = forgery.good_bundle(tmp_path / "one", signer)
    for number in range(36):
        folder = made / f"202611{number % 28 + 1:02}T080000Z-contact-{number:08x}"
        shutil.copytree(bundle, folder)
        first, _newline, rest = (folder / "events.jsonl").read_bytes().partition(b"\n")
        genesis = json.loads(first)
        genesis |= {
            "bundle_id": folder.name,
            "utc": f"2026-11-{number % 28 + 1:02}T08:00:00.000Z",
            "account": f"Shop {number % 3}",
        }
        (folder / "events.jsonl").write_bytes(json.dumps(genesis).encode() + b"\n" + rest)
    return made


def test_a_list_begins_with_the_newest_and_names_account_and_deadline(
    agency: Path, evidence: Callable[..., Said]
) -> None:
    """Thirty-six runs are a line each; scripts get account and deadline too."""
    record = json.loads(evidence("list", "--out", agency, "--json").out)
    assert len(record) == 36
    assert [one["began"] for one in record] == sorted((one["began"] for one in record), reverse=True)
    assert {one["account"] for one in record} == {"Shop 0", "Shop 1", "Shop 2"}
    assert all("deadline" in one for one in record)
    lines = evidence("list", "--out", agency).out.splitlines()
    assert len(lines) == 37
    assert all(
        one["id"] in line and one["account"] in line for one, line in zip(record, lines[1:], strict=True)
    )


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--account", "shop 1"), 12),
        (("--since", "2026-11-27"), 2),
        (("--flow", "address"), 0),
        (("--outcome", "done", "--site", "mock"), 36),
        (("--most", "5"), 5),
    ],
)
def test_a_list_can_be_narrowed(
    options: tuple[str, ...], count: int, agency: Path, evidence: Callable[..., Said]
) -> None:
    """By account, day, flow, site, outcome and number; what fits nothing is no error."""
    said = evidence("list", "--out", agency, "--json", *options)
    assert (said.code, len(json.loads(said.out))) == (0, count)


@pytest.mark.parametrize("verb", ["show", "verify", "open", "export"])
def test_a_listed_id_or_its_end_names_the_bundle(
    verb: str, desk: Desk, evidence: Callable[..., Said], tmp_path: Path
) -> None:
    """No folder has to be typed; the verdict is that of the folder."""
    more = ("--out", tmp_path / "one.zip") if verb == "export" else ()
    for name in (desk.bundle.name, desk.bundle.name[-8:]):
        said = evidence(verb, name, "--in", desk.out, *more)
        assert said.code == 0, said.err
        assert desk.bundle.name in said.out + said.err
        (tmp_path / "one.zip").unlink(missing_ok=True)


def test_an_id_that_ends_several_is_asked_for_again(agency: Path, evidence: Callable[..., Said]) -> None:
    """Nothing is chosen by itself: the bundles are named, and more has to be typed."""
    shutil.copytree(next(agency.iterdir()), agency / "20261201T080000Z-contact-ffff0001")
    said = evidence("verify", "0001", "--in", agency)
    assert said.code == 2
    assert "the end of several" in said.err
    assert "20261201T080000Z-contact-ffff0001" in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks no BROWSER")
@pytest.mark.parametrize("packed", [False, True])
def test_a_checked_report_opens_in_the_persons_browser(
    packed: bool,
    desk: Desk,
    at_desk: None,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The path is printed, too; of a zip, a private copy is opened that was checked again."""
    monkeypatch.setenv("BROWSER", "/bin/echo opened %s")
    path = desk.bundle
    if packed:
        path = tmp_path / "bundle.zip"
        write_zip(desk.bundle, path)
    assert main(["evidence", "open", str(path)]) == 0
    said = capfd.readouterr().out.splitlines()
    folder = desk.state / "opened" / desk.bundle.name if packed else desk.bundle
    assert str(folder / "report.html") in said
    assert f"opened {(folder / 'report.html').as_uri()}" in said


def test_a_strangers_report_is_not_opened(
    desk: Desk, evidence: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its page could hold anything; the fingerprint comes first."""
    monkeypatch.setenv("BROWSER", "/bin/false %s")
    said = evidence("open", desk.bundle, "--state", tmp_path)
    assert said.code == 4
    assert "report.html" not in said.out


def test_every_file_is_opened_once(desk: Desk) -> None:
    """What is parsed and shown is what was hashed: no file is opened a second time to be read again."""
    script = """
import sys
opened = []
# Only what the system itself is asked to open has no mode.
sys.addaudithook(lambda name, about: name == "open" and about[1] is None and opened.append(str(about[0])))
from handrail_cli.main import main
code = main(["evidence", "show", sys.argv[1], "--json"])
inside = [path for path in opened if sys.argv[1] in path]
print(code, len(inside), len(set(inside)), file=sys.stderr)
"""
    ran = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", script, desk.bundle],
        capture_output=True,
        text=True,
        env={**os.environ, "HANDRAIL_STATE": str(desk.state)},
    )
    files = str(sum(path.is_file() for path in desk.bundle.rglob("*")))
    assert ran.stderr.split() == ["0", files, files]


def test_the_verifier_needs_nothing_of_the_rest(desk: Desk) -> None:
    """It can be imported and used without a browser, a model library or a command line."""
    script = """
import sys
from pathlib import Path
from handrail.evidence.verify.verifier import verify
assert verify(Path(sys.argv[1])).exit_code == 4
wanted = {"cryptography", "handrail", "rfc3161_client", "rfc8785", "securesystemslib"}
heavy = {"playwright", "pydantic", "typer", "rich", "jinja2", "PIL", "dbos", "filelock", "phonenumbers"}
print(sorted(heavy & set(sys.modules)), wanted <= set(sys.modules))
"""
    ran = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", script, desk.bundle], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split(maxsplit=1) == ["[]", "True\n"]


def test_the_verdict_is_said_in_chinese(desk: Desk, evidence: Callable[..., Said]) -> None:
    """The language is the person's, the codes are the machine's."""
    said = evidence("verify", desk.bundle, "--lang", "zh", "--json")
    assert said.code == 0
    assert [one["code"] for one in json.loads(said.out)["notes"]] == ["stamp-unknown"]
