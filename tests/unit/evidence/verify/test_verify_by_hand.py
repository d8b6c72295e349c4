"""The recipe with standard tools, run as the document has it, agrees with the verifier where it can see."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from by_hand import Bench, lay_out, recipe_agrees
from corpus import ATTACKS, Attack

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="coreutils and OpenSSL 3, as the document says"
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Good bundles of three kinds, and the recipe out of the document."""
    return lay_out(tmp_path_factory.mktemp("bench"))


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


@pytest.mark.parametrize("attack", ATTACKS[::8], ids=lambda attack: attack.name)
def test_the_recipe_sees_what_needs_no_key(attack: Attack, bench: Bench, tmp_path: Path) -> None:
    """It refuses all but what is sealed by its owner's key and odd in itself, and nothing of that."""
    recipe_agrees(attack, bench, tmp_path)
