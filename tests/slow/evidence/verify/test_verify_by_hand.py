"""The recipe with standard tools agrees with the verifier on every attack of the corpus."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import forgery
import pytest
from by_hand import Bench, lay_out, recipe_agrees
from corpus import ATTACKS, Attack
from moves import Lab

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="coreutils and OpenSSL 3, as the document says"
)


THE_OTHERS = [attack for number, attack in enumerate(ATTACKS) if number % 8]
"""All but the representatives in tests/unit."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Good bundles of three kinds, and the recipe out of the document."""
    return lay_out(tmp_path_factory.mktemp("bench"))


@pytest.mark.parametrize(
    "attack", [one for number, one in enumerate(ATTACKS) if number % 8], ids=lambda attack: attack.name
)
def test_the_recipe_sees_what_needs_no_key(attack: Attack, bench: Bench, tmp_path: Path) -> None:
    """It refuses all but what is sealed by its owner's key and odd in itself, and nothing of that."""
    recipe_agrees(attack, bench, tmp_path)


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
