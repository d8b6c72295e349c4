"""A run whose evidence would show something private: it ends unsealed, with the place and not the value."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from handrail_fixtures.plugin import Ran
from handrail_fixtures.serve import MockSite

SAMPLE = "profiles/harbor-lane.toml"


def test_a_run_that_would_show_something_private_ends_unsealed(
    handrail: Callable[..., Ran], mock_site: Callable[..., MockSite], tmp_path: Path
) -> None:
    """Told by exit code 4 and a sentence; the channels' outcomes are kept, and the bundle never verifies.

    The first password typed is a part of ordinary words: the redactor only hides it where it stands alone.
    """
    (tmp_path / "seller.toml").write_text((files("handrail_fixtures") / SAMPLE).read_text("utf-8"), "utf-8")
    said = (files("handrail_fixtures") / "answers" / "mock.toml").read_text("utf-8")
    right = said[said.index("sign-in = ") + len("sign-in = ") : said.index("\n", said.index("sign-in = "))]
    said = said.replace(right, f"[{right.replace('ebb-and-flow-27', 'otificat')}, {right}]")
    (tmp_path / "answers.toml").write_text(said, encoding="utf-8")
    ran = handrail(
        "run", "contact", "--site", "mock", "--url", mock_site("already-verified").url,
        "--profile", "seller.toml", "--answers", "answers.toml", "--state", "state", "--out", "evidence",
        "--headless", "--json",
    )  # fmt: skip
    assert ran.code == 4, ran.stderr
    assert ran.record["outcome"] == "needs-person"
    assert {one["outcome"] for one in ran.record["channels"] if one["outcome"]} == {"done"}
    assert "not sealed" in ran.record["advice"][0]
    bundle = Path(ran.record["bundle"])
    assert bundle.name.startswith("unsealed-")
    report = (bundle / "report.html").read_text("utf-8")
    assert "NOT SEALED" in report
    assert "Sealed as" not in report
    found = json.loads((bundle / "manifest.json").read_bytes())["redaction"]["scan"]["found"]
    assert {one["what"] for one in found} == {"password"}
    assert handrail("evidence", "verify", bundle, "--state", "state").code == 1
    assert handrail("evidence", "export", bundle, "--out", "a.zip", "--state", "state").code == 1
