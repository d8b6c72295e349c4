"""The key each choice of a prompt is typed by: one key never means two things from one prompt to the next."""

from __future__ import annotations

from collections.abc import Mapping

from handrail.operator.prompts import NO, STOP, YES, Choice, Prompt

_LETTERS: Mapping[str, str] = {
    YES: "y",
    NO: "n",
    "done": "d",
    "happened": "h",
    "did-not-happen": "x",
    STOP: "s",
}
"""Choices that mean the same in every prompt, and so have one letter of their own in all of them."""
_WORDS: Mapping[str, tuple[str, ...]] = {
    YES: ("yes", "是", "是的"),
    NO: ("no", "否", "不是"),
    "done": ("done", "完成"),
    STOP: ("stop", "停止"),
}
"""What else is understood, in either language whatever the language of the run."""
_BESIDE_TEXT: Mapping[str, str] = {"not-arrived": "none", STOP: "stop"}
"""Keys where text is typed: a digit, or a single letter, may be the text itself."""


def choice_keys(prompt: Prompt) -> dict[str, Choice]:
    """Return each choice under the key it is typed by: a letter, a word, or a number from 1 on."""
    keys: dict[str, Choice] = {}
    for choice in prompt.choices:
        known = _BESIDE_TEXT.get(choice.id, choice.id) if prompt.wants_text else _LETTERS.get(choice.id)
        keys[known or str(sum(key.isdigit() for key in keys) + 1)] = choice
    return keys


def chosen(prompt: Prompt, line: str) -> Choice | None:
    """Return the choice that a typed line means: by its key, word or label; None for anything else."""
    if not line:
        return next((choice for choice in prompt.choices if choice.id == prompt.default), None)
    typed = line.casefold()
    keys = choice_keys(prompt)
    return keys.get(typed) or next((choice for choice in prompt.choices if typed in _names(choice)), None)


def _names(choice: Choice) -> set[str]:
    names = {choice.id, choice.label.casefold(), *_WORDS.get(choice.id, ())}
    return names | ({choice.name.casefold()} if choice.name else set())
