"""An attended run: a person at a real terminal, who reads the prompts, types, mistypes, and leaves."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import termios
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from typing import IO, Any

import pytest

from handrail.active_runs import ActiveRun, active_run
from handrail_fixtures.plugin import Ran

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal as POSIX has it")

PATIENCE_S = 60.0
READING_S = 1.05
"""How long a question that asks for consent has to stand before an answer counts."""
MARK = "› "
"""What stands before the place where the answer is typed."""
SIGNED_IN = "[start]\nsigned_in = true\n"
CTRL_C, CTRL_D = "\x03", "\x04"
WITH_ITS_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes stdin the controlling terminal, so that its Ctrl-C is a signal, and becomes the command."""


class Person:
    """Somebody at a terminal of their own: sees the screen, types, and looks at the phone."""

    def __init__(self, command: list[str], told: Path) -> None:
        self._told = told
        self._hands, self.terminal = os.openpty()
        self._seen = ""
        self._read_to = 0
        with told.open("wb") as stdout:
            self._process = subprocess.Popen(  # noqa: S603  # our own command
                [sys.executable, "-c", WITH_ITS_TERMINAL, *command],
                stdin=self.terminal,
                stdout=stdout,
                stderr=self.terminal,
                start_new_session=True,
            )
        self._eyes = threading.Thread(target=self._look)
        self._eyes.start()

    @property
    def screen(self) -> str:
        """Everything the terminal has shown."""
        return self._seen

    def reads(self, pattern: str) -> re.Match[str]:
        """Wait for this to stand below what was read before."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := re.compile(pattern).search(self._seen, self._read_to)) is None:
            assert time.monotonic() < deadline, self._seen
            time.sleep(0.02)
        self._read_to = found.end()
        return found

    def types(self, text: str) -> None:
        """Press these keys."""
        os.write(self._hands, text.encode())

    def answers(self, question: str, text: str) -> None:
        """Read the question to its end, taking the time that reading takes, then type the answer."""
        self.reads(question)
        self.reads(MARK)
        read_at = time.monotonic()
        while time.monotonic() < read_at + READING_S:
            time.sleep(0.02)
        self.types(text + "\n")

    def leaves(self) -> Ran:
        """Wait until the command has ended."""
        code = self._process.wait(PATIENCE_S)
        return Ran(code, self._told.read_text(encoding="utf-8"), self._seen)

    def close(self) -> None:
        """End what still runs, and give the terminal back."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self.terminal)
        self._eyes.join()
        os.close(self._hands)

    def _look(self) -> None:
        while True:
            try:
                shown = os.read(self._hands, 4096)
            except OSError:  # as Linux says that nobody writes to the terminal any more
                return
            self._seen += shown.decode(errors="replace")


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """An attended dry run on a portal that is signed in to already: there is no window to sign in in."""
    (tmp_path / "scenario.toml").write_text(SIGNED_IN, encoding="utf-8")
    return [
        "dry-run", "contact", "--attend", "--scenario", str(tmp_path / "scenario.toml"),
        "--out", str(tmp_path / "evidence"), "--state", str(tmp_path / "state"), "--json",
    ]  # fmt: skip


@pytest.fixture
def person(arguments: list[str], tmp_path: Path) -> Iterator[Person]:
    """A person who has just started the run."""
    somebody = Person([sys.executable, "-m", "handrail_cli.main", *arguments], tmp_path / "told")
    yield somebody
    somebody.close()


class Piped:
    """The run with something else than a terminal as its input."""

    def __init__(self, arguments: list[str], folder: Path, stdin: IO[Any] | int) -> None:
        self._told = folder / "told"
        with self._told.open("wb") as stdout:
            self.process = subprocess.Popen(  # noqa: S603  # our own command
                [sys.executable, "-m", "handrail_cli.main", *arguments],
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.PIPE,
                text=True,
            )

    def types(self, text: str) -> None:
        """Put this into the pipe, which stays open."""
        assert self.process.stdin is not None
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def reads(self, text: str) -> None:
        """Wait for this to stand on stderr."""
        assert self.process.stderr is not None
        said = ""
        while text not in said:
            shown = self.process.stderr.read(1)
            assert shown, said
            said += shown

    def leaves(self) -> Ran:
        """Wait until the command has ended."""
        code = self.process.wait(PATIENCE_S)
        return Ran(code, self._told.read_text(encoding="utf-8"), "")

    def close(self) -> None:
        """End what still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stderr):
            if stream is not None:
                stream.close()


@pytest.fixture
def piped(arguments: list[str], tmp_path: Path) -> Iterator[Callable[[IO[Any] | int], Piped]]:
    """Start the run with this as its stdin."""
    with ExitStack() as started:

        def start(stdin: IO[Any] | int) -> Piped:
            return started.enter_context(closing(Piped(arguments, tmp_path, stdin)))

        yield start


def code_on(phone: str) -> str:
    """Read the last code that arrived there."""
    with urllib.request.urlopen(phone, timeout=10) as answer:  # noqa: S310  # the mock on loopback
        found = re.findall(r"\b\d{6}\b", answer.read().decode())
    return str(found[-1])


def echoes(terminal: int) -> bool:
    """Whether the terminal shows what is typed."""
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def events(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a run's bundle."""
    lines = Path(record["bundle"], "events.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_person_at_the_terminal_walks_it_to_its_end(person: Person) -> None:
    """By key, word or label; wrong words are asked for again, codes are not echoed, haste is no answer."""
    outbox = person.reads(r"Codes arrive at (http://\S+/_mock/outbox)\.")[1]
    person.types("n\n")  # before any question: not an answer to the one that comes
    person.answers(r"Save e-mail", "y")
    person.answers(r"Ask for a code", "yes")
    person.answers(r"Type the code", "not a code")
    person.reads(r"does not look like[\s\S]*› ")
    person.types(code_on(f"{outbox}?channel=email") + "\n")
    person.answers(r"Save phone", "perhaps")
    person.answers(r"Type one of these: y, n, stop all", "Yes")
    person.answers(r"Ask for a code", "YES")
    person.reads(r"Type the code[\s\S]*› ")
    person.types(code_on(f"{outbox}?channel=phone") + "\n")
    ran = person.leaves()
    assert ran.code == 0, person.screen
    assert [one["state"] for one in ran.record["channels"] if one["channel"] != "contact"] == ["verified"] * 2
    assert not re.search(r"\b\d{6}\b", person.screen.partition("Save e-mail")[2])
    assert "not a code" not in person.screen
    answers = [event for event in events(ran.record) if event["kind"] == "answer"]
    assert {event["by"] for event in answers} == {"person"}
    assert echoes(person.terminal)


def test_an_approval_is_not_given_by_what_was_typed_in_haste(person: Person) -> None:
    """A line that arrives while the question has only just appeared is no answer; nothing is sent for it."""
    person.reads(r"Save e-mail")
    person.reads(MARK)
    person.types("y\n")
    person.answers(r"came before the question could be read", "n")
    person.answers(r"Save phone", "n")
    ran = person.leaves()
    assert ran.code == 4, person.screen
    assert ran.record["effects"] == []
    choices = [event["choice"] for event in events(ran.record) if event["kind"] == "answer"]
    assert choices[0] == "no"


def test_a_number_approves_nothing(person: Person) -> None:
    """An approval has a word of its own: the 1 that means something else elsewhere is asked about again."""
    person.answers(r"Save e-mail", "1")
    person.answers(r"Type one of these: y, n, stop all", "n")
    person.answers(r"Save phone", "n")
    ran = person.leaves()
    assert (ran.code, ran.record["effects"]) == (4, [])


def test_the_end_of_input_is_nobody_answering(person: Person) -> None:
    """Ctrl-D at a prompt: the run ends with its evidence, and a person is needed (4)."""
    person.answers(r"Save e-mail", "y")
    person.reads(r"Ask for a code[\s\S]*› ")
    person.types(CTRL_D)
    ran = person.leaves()
    assert ran.code == 4
    assert ran.record["effects"] == [{"channel": "email", "step": "save", "effect": "submit", "count": 1}]
    answers = [event for event in events(ran.record) if event["kind"] == "answer"]
    assert [event["by"] for event in answers] == ["person", "nobody"]


def test_ctrl_c_while_a_code_is_typed_gives_the_terminal_back(person: Person) -> None:
    """The keys are echoed again, what was typed is nowhere, and no second code will be asked for."""
    person.answers(r"Save e-mail", "y")
    person.answers(r"Ask for a code", "y")
    person.reads(r"Type the code[\s\S]*› ")
    assert not echoes(person.terminal)
    person.types("4711")
    person.types(CTRL_C)
    ran = person.leaves()
    assert ran.code == 4
    assert echoes(person.terminal)
    assert "4711" not in person.screen + ran.stdout
    assert ran.record["error"]["message"] == "Stopped by the person."


def test_lines_from_a_pipe_that_stays_open_are_taken_one_for_each_prompt(
    piped: Callable[..., Piped],
) -> None:
    """They come at once, and nothing after them: none is lost, and the run does not wait for more."""
    run = piped(subprocess.PIPE)
    run.types("yes\nno\nno\n")
    ran = run.leaves()
    assert ran.code == 4
    answers = [event["choice"] for event in events(ran.record) if event["kind"] == "answer"]
    assert answers == ["yes", "no", "no"]


def test_a_file_that_ends_is_nobody_answering_from_there_on(
    piped: Callable[..., Piped], tmp_path: Path
) -> None:
    """Its lines are taken one for each prompt."""
    (tmp_path / "lines").write_text("yes\n", encoding="utf-8")
    with (tmp_path / "lines").open(encoding="utf-8") as lines:
        ran = piped(lines).leaves()
    assert ran.code == 4
    answers = [event["by"] for event in events(ran.record) if event["kind"] == "answer"]
    assert answers[:2] == ["person", "nobody"]
    assert "person" not in answers[1:]


def test_half_a_line_keeps_nothing_waiting(piped: Callable[..., Piped]) -> None:
    """While only half an answer has come, the run still hears that it is to stop."""
    run = piped(subprocess.PIPE)
    run.types("ye")
    run.reads(MARK)
    run.process.terminate()
    ran = run.leaves()
    assert ran.code == 4
    assert ran.record["error"]["message"] == "Stopped by the person."


def test_a_closed_input_is_nobody_answering(arguments: list[str]) -> None:
    """Started without any stdin at all, as by some schedulers: 4, with evidence, and no traceback."""
    command = [sys.executable, "-m", "handrail_cli.main", *arguments]
    ended = subprocess.run(  # noqa: S603  # our own command
        ["/bin/sh", "-c", 'exec "$@" <&-', "sh", *command],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == 4, ended.stderr
    assert Path(json.loads(ended.stdout)["bundle"], "report.html").is_file()
    assert "Traceback" not in ended.stderr


def other_account(tmp_path: Path) -> AbstractContextManager[ActiveRun]:
    """A run of another account of this user."""
    return active_run(tmp_path / "other", flow="address", site="amazon-us", account="Another Shop Ltd")


def test_stop_all_names_runs_of_other_accounts_and_offers_this_one_first(
    arguments: list[str], tmp_path: Path
) -> None:
    """`no` goes back to the question, `this` ends this run with its evidence, and the other goes on."""
    with other_account(tmp_path) as other, closing(walking(arguments, tmp_path)) as person:
        person.answers(r"Save e-mail", "stop all")
        person.reads(r"also stops these, of other accounts:\S*\s+\S.* on amazon-us for Another Shop Ltd")
        person.reads(r"this\S*\s+Stop this run only[\s\S]*all\S*\s+Stop every run[\s\S]*› ")
        person.types("perhaps\n")
        person.reads(r"Type one of these: this, all, no\.[\s\S]*› ")
        person.types("no\n")
        person.answers(r"Save e-mail", "stop all")
        person.reads(r"this\S*\s+Stop this run only[\s\S]*› ")
        person.types("this\n")
        ran = person.leaves()
        assert ran.code == 4, person.screen
        assert (Path(ran.record["bundle"]) / "attestation.dsse.json").exists()
        assert other.stop_asked is False


def test_all_after_stop_all_stops_the_other_accounts_runs_too(arguments: list[str], tmp_path: Path) -> None:
    """Once they were named, the person's word ends them."""
    with closing(walking(arguments, tmp_path)) as person:
        with other_account(tmp_path) as other:
            person.answers(r"Save e-mail", "stop all")
            person.reads(r"this\S*\s+Stop this run only[\s\S]*› ")
            person.types("all\n")
            deadline = time.monotonic() + PATIENCE_S
            while not other.stop_asked:
                assert time.monotonic() < deadline, person.screen
                time.sleep(0.02)
            other.ended(None, "needs-person")
        ran = person.leaves()
        assert ran.code == 4, person.screen
        assert "on amazon-us for Another Shop Ltd: " in person.screen


def walking(arguments: list[str], tmp_path: Path) -> Person:
    """Start the run that a person attends."""
    return Person([sys.executable, "-m", "handrail_cli.main", *arguments], tmp_path / "told")
