"""A person at the code's question: slips cost nothing, and codes are typed as they came."""

from __future__ import annotations

from collections.abc import Callable

from attending.person import Act, Prompt, code_for, types
from attending.run import Left, Run


def types_as_it_came(run: Run, prompt: Prompt) -> None:
    """Type the code as the message writes it: in two groups, with a letter before and a full stop."""
    code = code_for(run, str(prompt["channel"]), looks=20)
    assert code is not None
    run.terminal.types(f"G-{code[:3]} {code[3:]}.\n")


def test_slips_at_the_code_cost_nothing(attended_walk: Callable[..., Left]) -> None:
    """Neither help nor 0000 is a code: each is asked about again, in the site's own terms, and sealed."""
    acts: list[Act] = [types("help"), types("0000"), types_as_it_came]
    left = attended_walk("contact", "matches-but-unverified", instead={"code": acts})
    assert left.code == 0, left.screen
    questions = [event["text"] for event in left.told("prompt", prompt="code", channel="email")]
    assert ["6 digits" in question for question in questions] == [False, True, True]
    assert [one["at"] for one in left.mock["received"] if one["channel"] == "email"].count("verify") == 1
    assert "+0000" in (left.bundle / "report.html").read_text("utf-8")
