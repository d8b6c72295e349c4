"""Every attack of the corpus is refused for its own reason, as a folder and as a zip."""

from __future__ import annotations

import shutil
import sys
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "attacks"))

import zips
from bases import good_bundles
from corpus import ATTACKS, Attack
from moves import Lab
from zips import ZIP_ATTACKS, ZipAttack

from handrail.evidence.archive import write_zip
from handrail.evidence.times import read_certificates
from handrail.evidence.verdict import Trust, Verdict
from handrail.evidence.verify import verify


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
