"""An answer that its prompt does not offer stops the run, with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from handrail_fixtures.plugin import Ran
from handrail_fixtures.serve import MockSite

Handrail = Callable[..., Ran]
OpenMock = Callable[..., MockSite]

SELLER = (files("handrail_fixtures") / "profiles" / "harbor-lane.toml").read_text("utf-8")
ANSWERS = (files("handrail_fixtures") / "answers" / "mock.toml").read_text("utf-8")


@pytest.fixture
def given(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file and return where it is."""

    def written(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return written


@pytest.fixture
def profile(given: Callable[[str, str], Path]) -> Path:
    """A profile that can be used."""
    return given("good-profile.toml", SELLER)


@pytest.mark.parametrize("answer", ['"perhaps"', '{ choice = "perhaps" }'])
def test_a_choice_the_prompt_does_not_offer_stops_the_run_with_its_evidence(
    answer: str,
    handrail: Handrail,
    mock_site: OpenMock,
    given: Callable[[str, str], Path],
    profile: Path,
    tmp_path: Path,
) -> None:
    """It is noticed only when the prompt comes: a person must decide (4), and what was seen is kept."""
    answers = given("answers.toml", ANSWERS.replace('approve = "yes"', f"approve = {answer}"))
    ran = handrail(
        "run", "contact", "--site", "mock", "--url", mock_site().url, "--headless", "--profile", profile,
        "--answers", answers, "--out", tmp_path / "out", "--state", tmp_path / "state", "--json",
    )  # fmt: skip
    assert ran.code == 4
    assert ran.record["error"]["message"] == 'The answer "perhaps" is none of what approve offers: yes, no.'
    assert ran.record["error"]["where"] == "answers: approve"
    assert ran.record["effects"] == ran.record["site_saw"] == []
    assert Path(ran.record["bundle"], "SHA256SUMS").is_file()
