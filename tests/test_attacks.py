"""Every attack of the corpus is refused for its own reason, as a folder and as a zip."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "attacks"))

import forgery
from authority import Authority
from corpus import ATTACKS, Attack
from moves import Lab

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
    owner = forgery.new_signer()
    authority = Authority(folder / "authority")
    stamped, other = (forgery.good_bundle(folder, owner) for _each in range(2))
    for bundle in (stamped, other):
        forgery.stamp(bundle, owner, authority)
    live_key = forgery.Signer(owner.key, demo=False)
    bases = {
        "plain": forgery.good_bundle(folder, owner),
        "stamped": stamped,
        "live": forgery.good_bundle(folder, live_key, kind="live"),
    }
    lab = Lab(owner, forgery.new_signer(), authority, Authority(folder / "rogue"), other)
    roots = read_certificates(authority.root.read_bytes())
    return Good(bases, lab, Trust(demo_keys=frozenset({owner.fingerprint}), named_roots=roots))


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


@pytest.mark.parametrize("base", ["plain", "stamped"])
def test_what_nobody_attacked_verifies(base: str, good: Good, tmp_path: Path) -> None:
    """The attacks begin with bundles that are fine, as a folder and as a zip."""
    write_zip(good.bases[base], tmp_path / "bundle.zip")
    for path in (good.bases[base], tmp_path / "bundle.zip"):
        verdict = verify(path, good.trust)
        assert (verdict.exit_code, verdict.reasons) == (0, ())
        assert (verdict.time is not None) == (base == "stamped")
