"""The trail: what one walk shares, and how it steps, asks, tells and captures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from playwright.async_api import Error as PlaywrightError

from handrail.core.cancellation import undisturbed
from handrail.core.i18n import gettext as _
from handrail.core.outcome import Outcome, heaviest
from handrail.engine.context.deadline import Deadline
from handrail.engine.context.ledger import Ledger
from handrail.engine.context.results import EffectName, RunEvent, Step
from handrail.engine.context.retry import POLICIES, PolicyName
from handrail.engine.context.stops import SessionChanged, Stop
from handrail.evidence.recording.errors import EvidenceNotSaved, NotSealed
from handrail.operator import STOP_ALL, Answer, Operator, Prompt
from handrail.operator.page_overlay import Guidance
from handrail.operator.scripted import ScriptedOperator
from handrail.privacy.redactor import Redaction
from handrail.sites.schema.base import Level
from handrail.sites.schema.site import Site

if TYPE_CHECKING:
    from playwright.async_api import Dialog, Page

    from handrail.engine.context.results import RunResult, WouldSend
    from handrail.engine.network.fence import Fence
    from handrail.engine.network.gate import Gate
    from handrail.evidence.capture.screenshot import Exposure
    from handrail.evidence.recording.recorder import Recorder
    from handrail.profile.channel import Channel
    from handrail.profile.model import Profile

T = TypeVar("T")
_WHO = frozenset({"username", "account", "email", "phone"})
"""Fields of a sign-in that say who somebody is: no secrets, and hidden by what they are."""


@dataclass
class RunContext:
    """Everything the parts of one walk have in common."""

    flow: str
    site: Site
    profile: Profile
    assist: Level
    operator: Operator
    ledger: Ledger
    recorder: Recorder
    redaction: Redaction
    """What no capture and no line of evidence may show."""
    session_file: Path
    """Where the visitor's storage state is kept until nothing is open any more."""
    watch: Callable[[RunEvent], None]
    notice_date: date | None = None
    """The day of the notice that demands it, where the person named one."""
    deadline: Deadline | None = None
    """By when it must be done, once a page or the notice has said so."""
    fence: Fence | None = None
    """Around a rehearsal: nothing with an effect leaves."""
    stop_all: Callable[[], None] | None = None
    """Tells every run of this user to stop, this one too."""
    identity: str | None = None
    """The signed-in account's name once it was seen on the page."""
    steps: list[Step] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    would_send: list[WouldSend] = field(default_factory=list)
    """What a rehearsal would have sent."""
    session_kept: bool = False
    left_open: bool = False
    """Whether a channel stopped halfway: the page may still hold its form, and is loaded anew."""
    _watched: bool = True
    _prompts: int = 0
    _page: Page | None = None
    _gate: Gate | None = None
    _guidance: Guidance | None = None
    _developing: asyncio.Task[None] | None = None

    @property
    def rehearsing(self) -> bool:
        """Whether this run only rehearses: it reads, compares and fills, and presses nothing."""
        return self.fence is not None

    @property
    def has_page(self) -> bool:
        """Whether the browser has opened."""
        return self._page is not None

    @property
    def page(self) -> Page:
        """The page the walk is on; only after the browser has opened."""
        if self._page is None:
            raise RuntimeError("the browser is not open yet")
        return self._page

    @property
    def gate(self) -> Gate:
        """Where requests with an effect are held."""
        if self._gate is None:
            raise RuntimeError("the browser is not open yet")
        return self._gate

    def sure_of_account(self) -> None:
        """Raise SessionChanged where somebody signed in since the account was last looked at."""
        if self.identity is None:
            raise SessionChanged(
                _("Somebody signed in meanwhile, and the account is not known yet; nothing was sent."),
                ends_run=False,
            )

    def enter(self, page: Page, gate: Gate, *, guided: bool) -> None:
        """Begin on this page; `guided` shows each prompt on it."""
        self._page, self._gate = page, gate
        self._guidance = Guidance(page, shown=guided, stops_all=self.stop_all is not None)

    def blocked(self, request: str) -> None:
        """Record a request with an effect that came while no step was open, and was held back."""
        self.recorder.event("effect-blocked", request=request)
        self.say(_("A request outside any step was held back: {request}.", request=request))

    def tell(self, kind: Any, text: str, effect: EffectName | None = None) -> None:
        """Let whoever watches know; one whose terminal has gone away must not stop an effect halfway."""
        if self._watched:
            try:
                self.watch(RunEvent(kind, text, effect))
            except OSError:
                self._watched = False

    def say(self, text: str) -> None:
        """Tell the person something worth acting on; it stands in the evidence and the result."""
        self.advice.append(text)
        self.recorder.event("advice", text=text)
        self.tell("say", text)

    async def met_dialog(self, dialog: Dialog, *, shown: bool) -> None:
        """Leave the site's own dialog to the person; without a window it is dismissed, and said so."""
        self.recorder.event("dialog", dialog=dialog.type, text=dialog.message)
        if shown:
            self.tell(
                "say",
                _("The site asks in a window of its own: “{text}”. Answer it there.", text=dialog.message),
            )
            return
        self.say(_("The site asked “{text}”; nobody saw it, so it was dismissed.", text=dialog.message))
        await dialog.dismiss()

    async def step(
        self,
        name: str,
        effect: EffectName,
        action: Callable[[], Awaitable[T]],
        *,
        policy: PolicyName | None = None,
    ) -> T:
        """Do one thing and record how it went; only `read` and `fill` may have a policy."""
        if policy and effect not in ("read", "fill"):
            raise ValueError(f"{name}: {effect} is never retried")
        self.tell("step", name, effect)
        started, attempts, outcome = time.monotonic(), 1, "ok"
        try:
            if policy is None:
                return await action()
            retrying = POLICIES[policy].copy()
            try:
                return await retrying(action)
            finally:
                attempts = int(retrying.statistics.get("attempt_number", 1))
        except Stop as stop:
            outcome = stop.word
            raise
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            spent = int((time.monotonic() - started) * 1000)
            self.steps.append(Step(name, effect, policy, attempts, spent, outcome))
            self.recorder.event(
                "step",
                name=name,
                effect=effect,
                policy=policy,
                attempts=attempts,
                ms=spent,
                outcome=outcome,
            )
            self.tell("step-done", name, effect)

    async def ask(self, prompt: Prompt, *, until: Awaitable[object] | None = None) -> Answer | None:
        """Ask the operator; what the person does on the page itself (`until`) is an answer too."""
        self._prompts += 1
        number = self._prompts
        self.recorder.event(
            "prompt",
            id=number,
            prompt=prompt.kind,
            text=prompt.text,
            choices=[choice.id for choice in prompt.choices],
            labels=[choice.label for choice in prompt.choices],
            channel=prompt.channel,
        )
        self.tell("prompt", prompt.text)
        started = time.monotonic()
        async with self._guidance.showing(prompt) if self._guidance else nullcontext():
            answer = await self._first(prompt, until)
        if answer is not None and prompt.secret:
            self._hide_what_was_typed(answer)
        self.recorder.event(
            "answer",
            id=number,
            prompt=prompt.kind,
            choice=answer.choice if answer else None,
            entered=bool(answer and (answer.text or answer.fields)),
            by=answer.by if answer else "nobody",
            ms=int((time.monotonic() - started) * 1000),
        )
        self.tell("answer", prompt.kind)
        if answer is not None and answer.choice == STOP_ALL and self.stop_all is not None:
            self.stop_all()
            # From here on this run is one of those that were told.
            await asyncio.Event().wait()
        return answer

    async def _first(self, prompt: Prompt, until: Awaitable[object] | None) -> Answer | None:
        asking = asyncio.ensure_future(self.operator.ask(prompt, self._page))
        if until is None:
            return await asking
        seeing = asyncio.ensure_future(until)
        try:
            await asyncio.wait({asking, seeing}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                await seeing
                # A script that acts on the page is often outrun by what the page then shows.
                return Answer(
                    choice="done", by="script" if isinstance(self.operator, ScriptedOperator) else "person"
                )
            return await asking
        finally:
            asking.cancel()
            seeing.cancel()
            # Unlike an await of each, this lets the person's word to stop through.
            await asyncio.gather(asking, seeing, return_exceptions=True)

    def _hide_what_was_typed(self, answer: Answer) -> None:
        if answer.text:
            self.redaction.add_secret(answer.text)
        for name, value in answer.fields.items():
            if name not in _WHO:
                self.redaction.add_secret(value, "password")

    def also_hide(self, channel: Channel) -> None:
        """Keep a value that was given on the way out of every capture and every line of evidence too."""
        self.redaction.add_personal(channel)

    async def keep_session(self) -> None:
        """Save the visitor's storage state before the first effect, so a next run is the same visitor."""
        if self.session_kept:
            return
        import json

        from handrail.core.files import write_private

        state = await self.page.context.storage_state(indexed_db=True)
        write_private(self.session_file, json.dumps(state).encode())
        self.session_kept = True

    async def capture(self, caption: str, slug: str) -> None:
        """Keep what the page shows now, with everything private painted over.

        The walk goes on while the picture is masked and packed; `developed` waits for that.
        """
        from handrail.evidence.capture.screenshot import expose

        self.redaction.add_cookies(map(dict, await self.page.context.cookies()))
        guided = self._guidance is not None and self._guidance.shown
        exposure = await expose(self.page, self.redaction.hide, overlays_shown=guided)
        before = self._developing
        self._developing = asyncio.create_task(self._keep(exposure, caption, slug, before))

    async def developed(self) -> None:
        """Wait until every picture taken is in the bundle, however often somebody says stop meanwhile."""
        if self._developing is not None:
            await undisturbed(self._developing)

    async def _keep(
        self, exposure: Exposure, caption: str, slug: str, before: asyncio.Task[None] | None
    ) -> None:
        from handrail.evidence.capture.screenshot import develop
        from handrail.privacy.scan import scan_text

        shot = await asyncio.to_thread(develop, exposure, self.redaction.hide)
        if before is not None:
            await before  # pictures are numbered in the order they were taken
        if leaks := scan_text(shot.open_text, self.redaction.hidden, f"{slug}.png"):
            self.recorder.found(leaks)
            self.recorder.event("capture-failed", why=_("something private stood outside the masks"))
            return
        masks = [asdict(mask) for mask in shot.masks]
        facts = {**shot.facts, "caption": caption, "masks": masks, "width": shot.width, "height": shot.height}
        self.recorder.artifact(slug, shot.png, facts, shot.aria, shot.thumbnail)

    async def capture_stop(self, stop: Stop) -> None:
        """Keep what the page shows where the walk stopped, if there still is a page."""
        self.recorder.event("stop", by="walk", outcome=stop.outcome.value, text=stop.message)
        self.tell("stop", stop.message)
        try:
            await self.capture(_("Stopped here"), "stopped")
        except PlaywrightError as error:
            self.recorder.event("capture-failed", why=error.message.splitlines()[0])

    def closed(self, result: RunResult) -> RunResult:
        """Close the evidence with how the run ended, and return the result with where it is."""
        record = {key: value for key, value in result.as_json().items() if key not in ("bundle", "steps")}
        try:
            bundle = self.recorder.finish(record)
            return replace(
                result, bundle=bundle, advice=(*result.advice, *dict.fromkeys(self.recorder.notes))
            )
        except NotSealed as refused:
            return replace(
                result,
                # Somebody has to look at it, whatever became of the verification itself.
                outcome=heaviest([result.outcome, Outcome.NEEDS_PERSON]),
                advice=(refused.message, refused.hint, *result.advice),
                error=result.error or refused,
                bundle=refused.folder,
            )
        except EvidenceNotSaved as trouble:
            # What was sent and what came of it must be told even where it could not be kept.
            return replace(
                result,
                outcome=heaviest([result.outcome, Outcome.UNFINISHED]),
                advice=(trouble.message, trouble.hint, *result.advice),
                error=trouble,
            )
