"""The recipe with standard tools, run as the document has it, agrees with the verifier where it can see."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import forgery
import pytest
from bases import good_bundles
from corpus import ATTACKS, Attack
from moves import Lab
from project_paths import ROOT

DOCUMENT = ROOT / "docs" / "how-to" / "verify-by-hand.md"

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="coreutils and OpenSSL 3, as the document says"
)


@dataclass(frozen=True)
class Bench:
    """The recipe, and what it is run on."""

    recipe: Path
    key: Path
    bases: dict[str, Path]
    lab: Lab

    def run(self, bundle: Path, *, needs: str = "", shell: str = "sh") -> subprocess.CompletedProcess[str]:
        """Run the recipe on a bundle, told what the attack needs."""
        root = self.lab.authority.root if needs in ("root", "time") else "-"
        words = [shell, self.recipe, bundle, self.key, root]
        if needs == "id":
            words.append(self.bases["plain"].name)
        return subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=60)  # noqa: S603  # our document's


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Good bundles of three kinds, and the recipe out of the document."""
    folder = tmp_path_factory.mktemp("bench")
    bases, lab = good_bundles(folder)
    (folder / "key.pem").write_bytes(lab.owner.public_pem)
    blocks = re.findall(r"^```sh\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (folder / "recipe.sh").write_text("".join(blocks), "utf-8")
    return Bench(folder / "recipe.sh", folder / "key.pem", bases, lab)


@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize(
    ("base", "needs"), [("plain", ""), ("stamped", "root"), ("live", ""), ("plain", "id")]
)
def test_the_recipe_passes_what_nobody_attacked(base: str, needs: str, shell: str, bench: Bench) -> None:
    """It ends with what the signer vouches for and OK, and says where nothing proves the time."""
    ran = bench.run(bench.bases[base], needs=needs, shell=shell)
    assert (ran.returncode, ran.stderr) == (0, "")
    *before, vouched, ok = ran.stdout.splitlines()
    assert ok == "OK"
    assert bench.bases[base].name in vouched
    assert ("NO TRUSTED TIME" in before) == (needs != "root")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_the_recipe_sees_what_needs_no_key(attack: Attack, bench: Bench, tmp_path: Path) -> None:
    """It refuses all but what is sealed by its owner's key and odd in itself, and nothing of that."""
    base = bench.bases[attack.base]
    bundle = tmp_path / base.name
    shutil.copytree(base, bundle)
    attack.change(bundle, bench.lab)
    ran = bench.run(bundle, needs=attack.needs)
    last = ran.stdout.splitlines()[-1]
    assert (ran.returncode, last.startswith("NOT OK: "), last == "OK") == (
        (1, True, False) if attack.by_hand else (0, False, True)
    )


def test_what_the_recipe_does_not_see_needs_the_owners_key(bench: Bench, tmp_path: Path) -> None:
    """Made by somebody with another key, each of these attacks is seen."""
    stranger = Lab(
        forgery.new_signer(), bench.lab.attacker, bench.lab.authority, bench.lab.rogue, bench.lab.other
    )
    for number, attack in enumerate(one for one in ATTACKS if not one.by_hand and one.base == "plain"):
        bundle = tmp_path / str(number)
        shutil.copytree(bench.bases["plain"], bundle)
        attack.change(bundle, stranger)
        assert bench.run(bundle).returncode == 1, attack.name
