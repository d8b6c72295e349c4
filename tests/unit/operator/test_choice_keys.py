"""The keys of choices: what a person types for each, in any prompt and either language."""

from __future__ import annotations

import pytest

from handrail.operator.choice_keys import choice_keys, chosen
from handrail.operator.prompts import Choice, Prompt, done_or_stop, yes_or_no

WAITING = (Choice("wait", "Wait"), Choice("new-code", "Ask for a new code"), Choice("stop", "Stop here"))
RECONCILE = (
    Choice("happened", "It happened"),
    Choice("did-not-happen", "It did not"),
    Choice("stop", "Stop"),
)


def test_one_key_never_means_two_things() -> None:
    """Done, Yes and It happened have each a letter of their own, and numbers count only what has none."""
    prompts = (yes_or_no(), done_or_stop(), RECONCILE, WAITING)
    meanings: dict[str, set[str]] = {}
    for choices in prompts:
        for key, choice in choice_keys(Prompt("press", "?", choices=choices)).items():
            meanings.setdefault(key, set()).add(choice.id)
    assert meanings.pop("1") == {"wait"}
    assert meanings.pop("2") == {"new-code"}
    assert {key: ids.pop() for key, ids in meanings.items() if len(ids) == 1} == {
        "y": "yes", "n": "no", "d": "done", "s": "stop", "h": "happened", "x": "did-not-happen",
    }  # fmt: skip


@pytest.mark.parametrize("typed", ["y", "Y", "yes", "是", "是的", "Yes"])
def test_a_yes_is_understood_in_both_languages(typed: str) -> None:
    """By its letter, its word, or the label that is shown."""
    choice = chosen(Prompt("approve", "?", choices=yes_or_no()), typed)
    assert choice is not None
    assert choice.id == "yes"


@pytest.mark.parametrize("typed", ["1", "2", "s", "d", "0000", "Li"])
def test_where_text_is_typed_a_digit_or_a_letter_is_text(typed: str) -> None:
    """A name may be one letter, and a code is digits: only whole words choose something else."""
    choices = (Choice("not-arrived", "It has not arrived"), Choice("stop", "Stop here"))
    prompt = Prompt("code", "?", choices=choices, wants_text=True)
    assert chosen(prompt, typed) is None
    assert [*choice_keys(prompt)] == ["none", "stop"]


def test_enter_takes_the_safe_choice_and_nothing_where_there_is_none() -> None:
    """Only a prompt with a default takes an empty line."""
    waiting = chosen(Prompt("code-missing", "?", choices=WAITING, default="wait"), "")
    assert waiting is not None
    assert waiting.id == "wait"
    assert chosen(Prompt("approve", "?", choices=yes_or_no()), "") is None


def test_questions_whose_yes_has_consequences_have_to_be_read() -> None:
    """Approvals and statements are consent; a code, or a button of one's own, is not."""
    assert all(Prompt(kind, "?").is_consent for kind in ("approve", "start-clock", "confirm-true"))
    assert not any(Prompt(kind, "?").is_consent for kind in ("code", "press", "sign-in", "certifier"))
