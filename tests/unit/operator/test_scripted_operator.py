"""The scripted operator answers as its file says, reads where it says, and only ever on this machine."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from handrail.core.errors import BadInput
from handrail.operator import Answer, Choice, Prompt
from handrail.operator.answers_file import Answers, load_answers
from handrail.operator.prompts import PromptKind, yes_or_no
from handrail.operator.scripted import ScriptedOperator
from handrail.sites import load_site

CODE = Prompt(
    "code",
    "Type the code.",
    choices=(Choice("not-arrived", "It has not arrived"), Choice("stop", "Stop here")),
    wants_text=True,
    channel="phone",
)
APPROVE = Prompt("approve", "Save?", choices=yes_or_no())
DIGITS = r"\b(\d{6})\b"


class Outbox:
    """A place on loopback that answers each path with what a test put there."""

    def __init__(self) -> None:
        self.bodies: dict[str, str] = {}
        self.asked: list[str] = []
        outbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outbox.asked.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(outbox.bodies.get(self.path, "").encode())

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def outbox() -> Iterator[Outbox]:
    """Serve what a phone would show."""
    served = Outbox()
    yield served
    served.close()


def operator(answers: dict[str, Any], base: str = "http://127.0.0.1:9") -> ScriptedOperator:
    """An operator for a site at this address."""
    return ScriptedOperator(Answers.model_validate(answers), load_site("mock", base=base))


def told(script: ScriptedOperator, *prompts: Prompt) -> list[Answer | None]:
    """Ask these one after another, without a page."""

    async def asked() -> list[Answer | None]:
        return [await script.ask(prompt, None) for prompt in prompts]

    runner = Thread(target=lambda: answers.extend(asyncio.run(asked())))
    answers: list[Answer | None] = []
    runner.start()
    runner.join()
    return answers


def refused(script: ScriptedOperator, prompt: Prompt) -> BadInput:
    """The BadInput with which this prompt is met."""
    caught: list[BadInput] = []

    def ask() -> None:
        with pytest.raises(BadInput) as raised:
            asyncio.run(_once(script, prompt))
        caught.append(raised.value)

    runner = Thread(target=ask)
    runner.start()
    runner.join()
    assert caught
    return caught[0]


async def _once(script: ScriptedOperator, prompt: Prompt) -> Answer | None:
    return await script.ask(prompt, None)


def test_answers_are_given_in_order_and_the_last_one_repeats() -> None:
    """Each kind of prompt counts for itself."""
    script = operator({"approve": ["yes", "no"], "code": ["111111", "222222"]})
    answers = told(script, APPROVE, CODE, APPROVE, APPROVE, CODE, CODE)
    said = [answer and (answer.choice or answer.text) for answer in answers]
    assert said == ["yes", "111111", "no", "no", "222222", "222222"]
    assert {answer.by for answer in answers if answer} == {"script"}


def test_nobody_answers_where_the_script_says_nobody_or_nothing() -> None:
    """A kind that is not named, and one named nobody, are left unanswered."""
    script = operator({"approve": ["nobody", "yes"]})
    assert told(script, APPROVE, CODE)[:2] == [None, None]
    (then,) = told(script, APPROVE)
    assert then is not None
    assert then.choice == "yes"


def test_a_word_is_a_choice_where_it_is_offered_and_else_typed_text() -> None:
    """The code's prompt takes both: what it does not offer is what was typed."""
    first, second = told(operator({"code": ["not-arrived", "123456"]}), CODE, CODE)
    assert first == Answer(choice="not-arrived", by="script")
    assert second == Answer(text="123456", by="script")


@pytest.mark.parametrize(
    "answer",
    ["maybe", {"choice": "maybe"}, {"file": "code.txt", "pattern": DIGITS, "otherwise": "maybe"}],
    ids=["word", "choice", "otherwise"],
)
def test_a_choice_that_is_not_offered_is_refused_by_name(answer: object) -> None:
    """The sentence names the prompt, the word and what there is to choose from."""
    error = refused(operator({"approve": answer}), APPROVE)
    assert '"maybe"' in error.message
    assert "approve" in error.message
    assert "yes, no" in error.message
    assert error.where == "answers: approve"


def test_a_code_is_read_from_a_file(tmp_path: Path) -> None:
    """The last match is the answer, as the newest message on a phone is."""
    phone = tmp_path / "phone.txt"
    phone.write_text("Your code is 111111.\nYour code is 222222.\n", encoding="utf-8")
    (answer,) = told(operator({"code": {"file": str(phone), "pattern": DIGITS}}), CODE)
    assert answer == Answer(text="222222", by="script")


def test_a_pattern_without_a_group_answers_with_all_it_matched(tmp_path: Path) -> None:
    """Only a group narrows the answer."""
    phone = tmp_path / "phone.txt"
    phone.write_text("AB12-CD34 is your code", encoding="utf-8")
    (answer,) = told(operator({"code": {"file": str(phone), "pattern": r"\w{4}-\w{4}"}}), CODE)
    assert answer is not None
    assert answer.text == "AB12-CD34"


def test_a_file_that_is_not_there_yet_is_looked_for_again(tmp_path: Path) -> None:
    """Only after the last look nothing was found, and then the answer is what the file says otherwise."""
    spec = {"file": str(tmp_path / "no.txt"), "pattern": DIGITS, "looks": 3}
    assert told(operator({"code": spec}), CODE) == [None]
    (answer,) = told(operator({"code": {**spec, "otherwise": "not-arrived"}}), CODE)
    assert answer == Answer(choice="not-arrived", by="script")


def test_a_place_is_looked_at_as_often_as_it_says_and_no_more(outbox: Outbox) -> None:
    """Looking goes on while nothing is there, and ends with the number of looks."""
    spec = {"url": "/messages", "pattern": DIGITS, "looks": 3}
    assert told(operator({"code": spec}, outbox.url), CODE) == [None]
    assert outbox.asked == ["/messages"] * 3


@pytest.mark.parametrize("whole", [False, True], ids=["path on the site", "whole address"])
def test_a_code_is_read_from_the_channel_s_own_address(whole: bool, outbox: Outbox) -> None:
    """{channel} stands for the channel the code was sent to; a path is one on the site."""
    outbox.bodies = {"/messages?to=phone": "Your code is 482910.", "/messages?to=email": "111111"}
    url = f"{outbox.url if whole else ''}/messages?to={{channel}}"
    (answer,) = told(operator({"code": {"url": url, "pattern": DIGITS}}, outbox.url), CODE)
    assert answer == Answer(text="482910", by="script")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Your code:\n482910", "482910"),
        ("您的验证码是：\t482910", "482910"),
        ("code\u00a0482910", "482910"),
        ('say "482910"', "482910"),
    ],
    ids=["line break", "tab after Chinese", "no-break space", "quotation marks"],
)
def test_a_pattern_never_meets_an_escape_of_json(text: str, found: str, outbox: Outbox) -> None:
    """A line break in a message is one to the pattern, not a backslash and an n glued to the code."""
    outbox.bodies["/messages"] = json.dumps({"messages": [{"text": text, "at": 1}], "more": None})
    spec = {"url": "/messages", "pattern": DIGITS, "looks": 1}
    (answer,) = told(operator({"code": spec}, outbox.url), CODE)
    assert answer is not None
    assert answer.text == found


def test_a_proxy_for_the_rest_of_the_world_is_not_asked_for_this_machine(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seller behind a proxy can do a dry run too: loopback is reached directly."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        free = nobody.getsockname()[1]
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    outbox.bodies["/messages"] = "Your code is 482910."
    (answer,) = told(operator({"code": {"url": "/messages", "pattern": DIGITS}}, outbox.url), CODE)
    assert answer == Answer(text="482910", by="script")


def test_the_newest_message_of_a_list_is_the_last_one(outbox: Outbox) -> None:
    """The order of a JSON list is kept, so that the last match is the newest code."""
    messages = [{"text": f"Your code is {code}."} for code in ("111111", "222222", "333333")]
    outbox.bodies["/messages"] = json.dumps({"messages": messages})
    (answer,) = told(operator({"code": {"url": "/messages", "pattern": DIGITS}}, outbox.url), CODE)
    assert answer is not None
    assert answer.text == "333333"


def test_what_was_read_fills_the_prompt_s_first_field(outbox: Outbox) -> None:
    """A sign-in's own code goes into the field the site file names."""
    outbox.bodies["/messages"] = "Sign-in code 482910"
    prompt = Prompt("two-step", "Enter the code.", fields=("code",), secret=True)
    (answer,) = told(operator({"two-step": {"url": "/messages", "pattern": DIGITS}}, outbox.url), prompt)
    assert answer is not None
    assert answer.fields == {"code": "482910"}


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://192.0.2.7/messages",
        "https://example.com/messages",
        "file:///etc/hostname",
        "ftp://192.0.2.7/x",
    ],
)
def test_answers_are_read_only_from_this_machine(elsewhere: str) -> None:
    """An address anywhere else, or of another kind, is refused before it is asked."""
    error = refused(operator({"code": {"url": elsewhere, "pattern": DIGITS}}), CODE)
    assert elsewhere in error.message
    assert error.where == "answers: url"


def test_a_place_that_cannot_be_read_is_named() -> None:
    """A wrong address in the file is the file's mistake, told in a sentence."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/messages"
    error = refused(operator({"code": {"url": url, "pattern": DIGITS}}), CODE)
    assert url in error.message
    assert error.where == "answers: url"


def test_a_script_never_answers_for_a_person_on_a_site_elsewhere() -> None:
    """The operator cannot even be made for a live site."""
    with pytest.raises(BadInput, match="only for sites on this machine") as caught:
        ScriptedOperator(Answers({}), load_site("amazon-us"))
    assert caught.value.where == "--answers"


def test_text_that_no_prompt_wants_is_refused() -> None:
    """A text for a prompt that only offers choices is a mistake in the file, not an answer."""
    assert '"482910"' in refused(operator({"approve": "482910"}), APPROVE).message


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('cod = "123456"', "cod"),
        ("[code]\nurl = '/messages'", "code"),
        ("[code]\nurl = '/messages'\npattern = '('", "code"),
        ("[code]\nsometimes = 'yes'", "sometimes"),
    ],
    ids=["unknown prompt", "no pattern", "no regex", "unknown key"],
)
def test_a_file_that_makes_no_sense_is_refused_with_its_key(line: str, key: str, tmp_path: Path) -> None:
    """Nothing is asked before the whole file is understood."""
    path = tmp_path / "answers.toml"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_answers(path)
    assert str(path) in (caught.value.where or "")
    assert key in f"{caught.value.where} {caught.value.message}"


def test_answers_laid_over_others_replace_whole_kinds() -> None:
    """A scenario says only what is different from the defaults."""
    base = Answers.model_validate({"approve": ["yes", "no"], "code": "111111"})
    laid = base.overlaid(Answers.model_validate({"approve": "no"}))
    kinds: tuple[PromptKind, ...] = ("approve", "code", "captcha")
    assert [laid.for_kind(kind) for kind in kinds] == [("no",), ("111111",), ()]
