"""The recipe with standard tools, out of the document, and good bundles to run it on."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bases import good_bundles
from corpus import Attack
from moves import Lab
from project_paths import ROOT

DOCUMENT = ROOT / "docs" / "how-to" / "verify-by-hand.md"


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


def lay_out(folder: Path) -> Bench:
    """Put good bundles of three kinds there, and the recipe out of the document."""
    bases, lab = good_bundles(folder)
    (folder / "key.pem").write_bytes(lab.owner.public_pem)
    blocks = re.findall(r"^```sh\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (folder / "recipe.sh").write_text("".join(blocks), "utf-8")
    return Bench(folder / "recipe.sh", folder / "key.pem", bases, lab)


def recipe_agrees(attack: Attack, bench: Bench, folder: Path) -> None:
    """Check that the recipe refuses what needs no key, and passes what only its owner's key can have made."""
    base = bench.bases[attack.base]
    bundle = folder / base.name
    shutil.copytree(base, bundle)
    attack.change(bundle, bench.lab)
    ran = bench.run(bundle, needs=attack.needs)
    last = ran.stdout.splitlines()[-1]
    assert (ran.returncode, last.startswith("NOT OK: "), last == "OK") == (
        (1, True, False) if attack.by_hand else (0, False, True)
    )
