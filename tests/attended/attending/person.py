"""The person who attends a run: reads each question, and answers it at the terminal or on the page."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from attending.evidence_check import Deeds
from attending.run import Left, Run
from attending.terminal import CTRL_C, CTRL_D
from attending.waiting import wait_for
from handrail.core.loopback import fetch
from handrail.operator.answers_file import Answers, AnswerSpec, Hand, Scripted
from handrail.sites.schema.locators import LocatorSpec

Prompt = dict[str, Any]
Act = Callable[[Run, Prompt], None]
_TOLD_WHEN_DONE = frozenset({"unknown-page"})
"""Questions that nothing on the page answers: what comes next may be anything."""
READING_S = 1.0
"""How long a question for consent has to stand before an answer to it counts."""
_SIGN_IN = {"username": ("Email", "电子邮箱"), "password": ("Password", "密码")}
_SIGN_IN_BUTTON = ("Sign in", "登录")
_CODE_FIELDS = ("Verification code", "验证码", "Code from the postcard", "明信片上的验证码")


def attend(run: Run, answers: Answers, instead: Mapping[str, Act | list[Act]] | None = None) -> Left:
    """Answer every question as these answers say, until the run ends; return what it left.

    `instead` is what the person does otherwise at a kind of question, each time or one after another;
    after the last of these, as the answers say.
    """
    asked: Counter[str] = Counter()
    acts = dict(instead or {})
    answered: set[int] = set()
    names: list[str] = []
    stopped = False
    while (prompt := run.next_prompt()) is not None:
        kind = str(prompt["prompt"])
        act = _own_act(acts, kind)
        before = run.acts
        if act is not None:
            act(run, prompt)
        else:
            _answer(run, prompt, _spec(answers, kind, asked[kind]))
            asked[kind] += 1
        if run.acts > before:
            answered.add(prompt["id"])
        typed = run.terminal.typed
        stopped = stopped or CTRL_C in typed or "stop all" in typed
        if kind == "certifier":
            names.append(typed.splitlines()[-1] if typed else "")
        if run.answer_to(prompt) is None:
            break
    return run.left(Deeds(frozenset(answered), tuple(names), stopped))


def answer_as_usual(run: Run, prompt: Prompt, answers: Answers, number: int = 0) -> None:
    """Answer one question as these answers say, the nth time it is asked."""
    _answer(run, prompt, _spec(answers, str(prompt["prompt"]), number))


def chooses(word: str) -> Act:
    """Type what stands before this choice."""
    return lambda run, prompt: types_choice(run, prompt, word)


def types(text: str) -> Act:
    """Type this and press Enter."""
    return lambda run, _prompt: run.terminal.types(text + "\n")


def types_choice(run: Run, prompt: Prompt, word: str) -> None:
    """Type what the terminal shows before this choice, once the question has been read."""
    label = prompt["labels"][prompt["choices"].index(word)]
    (key,) = re.findall(rf"(?m)^ +(\S+) +{re.escape(label)}", question_shown(run))
    if "yes" in prompt["choices"]:
        reads_it(run)
    run.terminal.types(f"{key}\n")


def reads_it(run: Run) -> None:
    """Take the second to read that a question for consent has to stand before an answer counts."""
    read_at = run.terminal.read_at
    wait_for(lambda: time.monotonic() > read_at + READING_S, "time stands still")


def question_shown(run: Run) -> str:
    """Return the last question in the terminal, with its choices."""
    return run.terminal.screen[: run.terminal.read_to].rsplit("\n?", 1)[1]


def code_for(run: Run, channel: str, pattern: str = r"\b(\d{6})\b", looks: int = 1) -> str | None:
    """Look at the phone, the mail or the letter box so often, and return the last code that came."""
    url = f"{run.mock}/_mock/outbox?channel={channel}"
    for _again in range(looks):
        texts = [message["text"] for message in json.loads(fetch(url))["messages"]]
        found = re.findall(pattern, "\n".join(texts))
        if found:
            return str(found[-1])
    return None


def enters_code(run: Run, prompt: Prompt) -> None:
    """Read the code that came, and type it into the page's own field."""
    code = code_for(run, str(prompt["channel"]), looks=20)
    assert code is not None, "no code came"
    run.window.fill(code, "textbox", *_CODE_FIELDS)


def _own_act(acts: dict[str, Any], kind: str) -> Act | None:
    act = acts.get(kind)
    if isinstance(act, list):
        return act.pop(0) if act else None
    return act  # type: ignore[no-any-return]  # the only other thing it may be


def _spec(answers: Answers, kind: str, number: int) -> AnswerSpec | None:
    specs = answers.for_kind(kind)
    return specs[min(number, len(specs) - 1)] if specs else None


def _answer(run: Run, prompt: Prompt, spec: AnswerSpec | None) -> None:
    if spec is None or spec == "nobody":
        run.terminal.types(CTRL_D)
    elif isinstance(spec, str):
        _say(run, prompt, spec)
    elif spec.do:
        read = _looked(run, prompt, spec) if spec.pattern else None
        for hand in spec.do:
            _use(run, hand, read)
        if prompt["prompt"] in _TOLD_WHEN_DONE:
            types_choice(run, prompt, "done")
    elif spec.pattern is not None:
        _read_and_say(run, prompt, spec)
    elif spec.fields:
        _sign_in(run, spec.fields)
    elif spec.choice is not None:
        types_choice(run, prompt, spec.choice)
    else:
        run.terminal.types(f"{spec.text}\n")


def _say(run: Run, prompt: Prompt, word: str) -> None:
    if word in prompt["choices"]:
        types_choice(run, prompt, word)
    else:
        run.terminal.types(word + "\n")


def _sign_in(run: Run, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        run.window.fill(value, "textbox", *_SIGN_IN[name])
    run.window.press("button", *_SIGN_IN_BUTTON)


def _looked(run: Run, prompt: Prompt, spec: Scripted) -> str | None:
    channel = "sign-in" if "channel=sign-in" in (spec.url or "") else str(prompt["channel"])
    return code_for(run, channel, spec.pattern or "", spec.looks)


def _read_and_say(run: Run, prompt: Prompt, spec: Scripted) -> None:
    found = _looked(run, prompt, spec)
    if found is None:
        types_choice(run, prompt, spec.otherwise or "")
    elif prompt["prompt"] == "two-step":
        run.window.fill(found, "textbox", *_CODE_FIELDS)
        run.window.press("button", *_SIGN_IN_BUTTON)
    else:
        run.terminal.types(found + "\n")


def _use(run: Run, hand: Hand, read: str | None) -> None:
    if hand.press == "target":
        run.window.press_ring()
    elif isinstance(hand.press, LocatorSpec):
        run.window.press(hand.press.role or "button", *_names(hand.press))
    elif hand.fill == "target":
        run.window.fill_ring(hand.text or read or _value_shown(run))
    elif isinstance(hand.fill, LocatorSpec):
        run.window.fill(hand.text or read or "", hand.fill.role or "textbox", *_names(hand.fill))
    else:
        raise NotImplementedError(hand)


def _names(at: LocatorSpec) -> tuple[str, ...]:
    words = at.name
    given = words if isinstance(words, dict) else words.model_dump(exclude_none=True)  # type: ignore[union-attr]
    names: list[str] = []
    for value in given.values():
        names += [value] if isinstance(value, str) else list(value)
    return tuple(names)


def _value_shown(run: Run) -> str:
    """Return what the terminal says to type: it stands under the last question."""
    return question_shown(run).splitlines()[1].strip()
