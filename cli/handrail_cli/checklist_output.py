"""The checklist in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.core.i18n import in_its_language
from handrail.core.labels import label
from handrail.guide.texts import headline, sureness, until
from handrail_cli.output import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from handrail.guide.model import Checklist, Entry, Step, Wording

_INDENT = "    "


def show(checklist: Checklist, out: Console, *, with_values: bool) -> None:
    """Print the checklist; `with_values` prints phone numbers and e-mail addresses whole."""
    say(out, headline(checklist), style="bold")
    say(out, checklist.account)
    say(out, _("You do each step in your own browser; nothing is opened and nothing is sent."))
    say(out, sureness(checklist), style="dim")
    say(out, "\n" + _("What not to do"), style="bold red")
    for warning in checklist.never:
        say(out, warning, first="  ✕ ")
    _show_dates(checklist, out)
    for number, step in enumerate(checklist.steps, start=1):
        say(out, f"{number}. {step.title}", first="\n☐ ", hanging=5, style="bold")
        _show_step(step, out, with_values=with_values)
    if checklist.unknown:
        say(out, "\n" + _("Published nowhere yet:") + " " + in_its_language(checklist.unknown), style="dim")
    if checklist.has_personal and not with_values:
        say(out, "\n" + whole_values(checklist))


def whole_values(checklist: Checklist) -> str:
    """Say how the person gets what is shortened here, for their own eyes."""
    return _(
        "Phone numbers and e-mail addresses are shortened here. To have them whole, for your own eyes: "
        "{command}",
        command=f"`{checklist.command} --with-values`",
    )


def _show_dates(checklist: Checklist, out: Console) -> None:
    if checklist.deadlines or checklist.notes:
        say(out, "\n" + _("By when"), style="bold")
    for due in checklist.deadlines:
        say(out, due.rule, first="  • ")
        day = until(due)
        if day is not None:
            say(out, day, first=_INDENT, style="bold red" if due.passed else "bold yellow")
        source = in_its_language(due.source)
        say(out, _("Source: {source}", source=source), first=_INDENT, style="dim")
    for note in checklist.notes:
        say(out, note, first="  ")


def _show_step(step: Step, out: Console, *, with_values: bool) -> None:
    if step.warning:
        say(out, step.warning, first=f"{_INDENT}! ", style="yellow")
    for sentence in step.do:
        say(out, sentence, first=f"{_INDENT}- ")
    if step.link:
        _show_name(_("Address"), out)
        say(out, step.link, first=f"{_INDENT}  ")
    _show_wordings(_("By the menu"), step.path, out, ordered=True)
    _show_wordings(_("Look for"), step.look_for, out)
    for entry in step.entries:
        _show_entry(entry, out, with_values=with_values)
    _show_wordings(_("Press, in this order"), step.press, out, ordered=True)
    if step.watch:
        _show_name(_("If it says"), out)
    for watch in step.watch:
        _show_wording(watch.wording, f"{_INDENT}  · ", out)
        say(out, watch.then, first=f"{_INDENT}    → ")


def _show_entry(entry: Entry, out: Console, *, with_values: bool) -> None:
    value = entry.value if with_values else entry.shown
    say(out, f"{entry.what}: {value}", first=f"{_INDENT}☐ ")
    if entry.field:
        _show_wording(entry.field, f"{_INDENT}  ← ", out)


def _show_name(name: str, out: Console) -> None:
    say(out, name, first=_INDENT, style="cyan")


def _show_wordings(name: str, wordings: Sequence[Wording], out: Console, *, ordered: bool = False) -> None:
    if wordings:
        _show_name(name, out)
    for number, wording in enumerate(wordings, start=1):
        _show_wording(wording, f"{_INDENT}  {f'{number}.' if ordered else '·'} ", out)


def _show_wording(wording: Wording, first: str, out: Console) -> None:
    languages = [(wording.en, wording.sure_en), (wording.zh, wording.sure_zh)]
    said = [f"{' / '.join(words)} ({label('sure', sure)})" for words, sure in languages if words]
    say(out, "  ".join(said), first=first)
