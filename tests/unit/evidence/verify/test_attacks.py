"""Every attack of the corpus is refused for its own reason, as a folder and as a zip."""

from __future__ import annotations

import os
import shutil
import zipfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import forgery
import pytest
import zips
from bases import good_bundles
from corpus import ATTACKS, Attack
from moves import Lab
from zips import ZIP_ATTACKS, ZipAttack

from handrail.evidence.export.zip_writer import copy_out, write_zip
from handrail.evidence.format.findings import CheckFailed, Findings
from handrail.evidence.timestamps.timestamp_token import read_certificates
from handrail.evidence.verify.folder_source import Folder
from handrail.evidence.verify.verdict import Trust, Verdict
from handrail.evidence.verify.verifier import verify
from handrail.evidence.verify.zip_source import Zip


@dataclass(frozen=True)
class Good:
    """Good bundles, and what attacks on them are made with."""

    bases: dict[str, Path]
    lab: Lab
    trust: Trust

    def told(self, path: Path, attack: Attack) -> Verdict:
        """Verify as one who knows the owner's key, and what the attack needs."""
        needs = attack.needs
        return verify(
            path,
            self.trust if needs == "root" else replace(self.trust, named_roots=()),
            expect_id=self.bases["plain"].name if needs == "id" else None,
            require_time=needs == "time",
        )


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Good:
    """Bundles of three kinds, made once."""
    folder = tmp_path_factory.mktemp("good")
    bases, lab = good_bundles(folder)
    roots = read_certificates(lab.authority.root.read_bytes())
    return Good(bases, lab, Trust(demo_keys=frozenset({lab.owner.fingerprint}), named_roots=roots))


@pytest.fixture(scope="module")
def packed(good: Good, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The plain good bundle as a zip."""
    path = tmp_path_factory.mktemp("packed") / "bundle.zip"
    write_zip(good.bases["plain"], path)
    return path.read_bytes()


@pytest.fixture
def attacked(good: Good, tmp_path: Path) -> Any:
    """Return a copy of the attack's good bundle, attacked."""

    def made(attack: Attack) -> Path:
        base = good.bases[attack.base]
        bundle = tmp_path / base.name
        shutil.copytree(base, bundle, symlinks=True)
        attack.change(bundle, good.lab)
        return bundle

    return made


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_refused_for_its_own_reason(attack: Attack, good: Good, attacked: Any) -> None:
    """The first reason is the attack's own, and the exit code says that the bundle is not to be relied on."""
    verdict = good.told(attacked(attack), attack)
    first = (verdict.reasons or verdict.notes[-1:])[0]
    assert (first.code, verdict.exit_code) == (attack.code, attack.exit_code)


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.zips], ids=lambda attack: attack.name)
def test_an_attack_in_a_zip_is_refused_for_its_own_reason(
    attack: Attack, good: Good, attacked: Any, tmp_path: Path
) -> None:
    """A zip hides nothing that a folder shows."""
    write_zip(attacked(attack), tmp_path / "bundle.zip")
    verdict = good.told(tmp_path / "bundle.zip", attack)
    first = (verdict.reasons or verdict.notes[-1:])[0]
    assert (first.code, verdict.exit_code) == (attack.code, attack.exit_code)


@pytest.mark.parametrize("attack", ZIP_ATTACKS, ids=lambda attack: attack.name)
def test_a_zip_that_two_readers_could_read_differently_is_refused(
    attack: ZipAttack, good: Good, packed: bytes, tmp_path: Path
) -> None:
    """Whatever a zip says twice, hides or leaves open, for its own reason."""
    path = tmp_path / "bundle.zip"
    path.write_bytes(attack.change(zips.read(packed)).write())
    verdict = verify(path, good.trust)
    assert ([one.code for one in verdict.reasons][:1], verdict.exit_code) == ([attack.code], 1)


def test_the_zips_attacks_begin_with_one_that_is_fine(good: Good, packed: bytes, tmp_path: Path) -> None:
    """Taken apart and put together again, it is the same to the byte."""
    (tmp_path / "bundle.zip").write_bytes(zips.read(packed).write())
    assert (tmp_path / "bundle.zip").read_bytes() == packed
    assert verify(tmp_path / "bundle.zip", good.trust).exit_code == 0


def test_other_tools_read_what_we_pack(good: Good, packed: bytes, tmp_path: Path) -> None:
    """A zip holds the bundle's files and nothing else, and the same bundle gives the same bytes."""
    (tmp_path / "bundle.zip").write_bytes(packed)
    with zipfile.ZipFile(tmp_path / "bundle.zip") as opened:
        assert opened.testzip() is None
        opened.extractall(tmp_path / "out")
    assert verify(tmp_path / "out", good.trust).exit_code == 0
    write_zip(tmp_path / "out", tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == packed


def test_a_bundle_that_another_tool_stored_is_read(good: Good, tmp_path: Path) -> None:
    """Dates, modes and the name of the system that packed it are free: they are no evidence."""
    bundle = good.bases["plain"]
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as packed:
        for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
            packed.write(path, path.relative_to(bundle))
    assert verify(tmp_path / "bundle.zip", good.trust).exit_code == 0


@pytest.mark.parametrize("base", ["plain", "stamped"])
def test_what_nobody_attacked_verifies(base: str, good: Good, tmp_path: Path) -> None:
    """The attacks begin with bundles that are fine, as a folder and as a zip."""
    write_zip(good.bases[base], tmp_path / "bundle.zip")
    for path in (good.bases[base], tmp_path / "bundle.zip"):
        verdict = verify(path, good.trust)
        assert (verdict.exit_code, verdict.reasons) == (0, ())
        assert (verdict.time is not None) == (base == "stamped")


def test_what_is_no_bundle_at_all_is_said_to_be_none(good: Good, tmp_path: Path) -> None:
    """An empty folder, some other file, a pipe: none is waited for or taken for a broken bundle."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("hello")
    os.mkfifo(tmp_path / "pipe")
    codes = [verify(tmp_path / name, good.trust).reasons[0].code for name in ("folder", "file", "pipe")]
    assert codes == ["not-a-bundle", "zip-no-end", "not-regular"]


def test_a_zip_with_more_files_than_a_bundle_has_is_not_read(
    good: Good, packed: bytes, tmp_path: Path
) -> None:
    """How many there are is known before any of them is looked at."""
    many = replace(zips.read(packed), end={"count": 30_001, "here": 30_001})
    (tmp_path / "bundle.zip").write_bytes(many.write())
    assert verify(tmp_path / "bundle.zip", good.trust).reasons[0].code == "too-many-files"


def test_a_zip_cut_while_it_is_read_does_not_pass(packed: bytes, tmp_path: Path) -> None:
    """Its directory was right when it was read; the content has gone since."""
    path = tmp_path / "bundle.zip"
    path.write_bytes(packed)
    with closing(Zip(path)) as opened:
        os.truncate(path, 10)
        with pytest.raises(CheckFailed) as refused:
            list(opened.chunks("report.html"))
    assert refused.value.reason.code == "changed-meanwhile"


def test_a_file_that_cannot_be_read_is_not_passed_over(good: Good, tmp_path: Path) -> None:
    """It was listed a moment ago; its name and the system's reason are told."""
    shutil.copytree(good.bases["plain"], tmp_path / "bundle")
    source = Folder(tmp_path / "bundle", Findings())
    (tmp_path / "bundle" / "report.html").unlink()
    with pytest.raises(CheckFailed) as refused:
        list(source.chunks("report.html"))
    assert refused.value.reason.code == "unreadable"
    assert refused.value.reason.sentence == "report.html cannot be read: No such file or directory."


def test_a_copy_holds_nothing_that_no_bundle_has(good: Good, tmp_path: Path) -> None:
    """Neither from a folder nor from a zip comes a file of another name, or a link."""
    bundle = tmp_path / "bundle"
    shutil.copytree(good.bases["plain"], bundle)
    copy_out(bundle, tmp_path / "copy")
    assert verify(tmp_path / "copy", good.trust).exit_code == 0
    (bundle / "notes.txt").write_text("x")
    with pytest.raises(CheckFailed):
        copy_out(bundle, tmp_path / "second")
    (bundle / "notes.txt").unlink()
    (bundle / "artifacts" / "link.png").symlink_to("/etc/passwd")
    with pytest.raises(CheckFailed):
        copy_out(bundle, tmp_path / "third")


def test_a_backup_of_hard_links_still_verifies(good: Good, tmp_path: Path) -> None:
    """A hard link is a regular file: what counts is what is in it."""
    shutil.copytree(good.bases["plain"], tmp_path / "bundle", copy_function=os.link)
    assert verify(tmp_path / "bundle", good.trust).exit_code == 0


def test_whatever_floods_the_reader_is_cut_short(good: Good, tmp_path: Path) -> None:
    """Of thousands of reasons, a hundred are kept, the first one first."""
    bundle = tmp_path / "bundle"
    shutil.copytree(good.bases["plain"], bundle)
    for number in range(300):
        (bundle / "artifacts" / f"x{number:03d}").touch()
    reasons = verify(bundle, good.trust).reasons
    assert (len(reasons), reasons[0].where) == (100, "artifacts/x000")


def test_an_incomplete_run_is_intact_and_said_to_be_incomplete(good: Good, tmp_path: Path) -> None:
    """A run that broke off is evidence, too."""
    bundle = forgery.good_bundle(tmp_path, good.lab.owner, outcome="unfinished")
    verdict = verify(bundle, good.trust)
    assert (verdict.exit_code, verdict.complete, verdict.nature) == (0, False, "dry run")
    assert [note.code for note in verdict.notes] == ["no-timestamp", "incomplete"]
    assert not verdict.waits_for_person


def test_a_run_that_waits_for_a_person_is_said_to_wait(good: Good, tmp_path: Path) -> None:
    """It did not break off: somebody has to act or decide."""
    bundle = forgery.good_bundle(tmp_path, good.lab.owner, outcome="needs-person")
    verdict = verify(bundle, good.trust)
    assert (verdict.exit_code, verdict.complete, verdict.waits_for_person) == (0, False, True)
    assert [note.code for note in verdict.notes] == ["no-timestamp", "incomplete", "waits-for-person"]
