"""Print a checklist to the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from handrail.core.i18n import gettext as _
from handrail.core.labels import label
from handrail.guide.texts import headline, sureness

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from handrail.guide.model import Checklist, Entry, Step, Wording


def show(checklist: Checklist, out: Console, *, with_values: bool) -> None:
    """Print the checklist; `with_values` prints phone numbers and e-mail addresses whole."""
    out.print(f"[bold]{escape(headline(checklist))}[/]  {escape(checklist.account)}")
    out.print(escape(_("You do each step in your own browser; nothing is opened and nothing is sent.")))
    out.print(escape(sureness(checklist)), style="dim")
    out.print("\n[bold red]" + escape(_("What not to do")) + "[/]")
    for warning in checklist.never:
        out.print(f"  [red]✕[/] {escape(warning)}")
    _show_dates(checklist, out)
    for number, step in enumerate(checklist.steps, start=1):
        out.print(f"\n☐ [bold]{number}. {escape(step.title)}[/]")
        for line in _lines(step, with_values=with_values):
            out.print(f"    {line}")
    if checklist.unknown:
        out.print("\n" + escape(_("Published nowhere yet:") + " " + checklist.unknown), style="dim")


def _show_dates(checklist: Checklist, out: Console) -> None:
    if checklist.deadlines or checklist.notes:
        out.print("\n[bold]" + escape(_("By when")) + "[/]")
    for due in checklist.deadlines:
        day = f": [bold yellow]{due.by}[/]" if due.by else ""
        over = " [bold red]" + escape(_("This day is over.")) + "[/]" if due.passed else ""
        out.print(f"  • {escape(due.rule)}{day}{over}")
        out.print("    " + escape(_("Source: {source}", source=due.source)), style="dim")
    for note in checklist.notes:
        out.print(f"  {escape(note)}")


def _lines(step: Step, *, with_values: bool) -> Iterator[str]:
    if step.warning:
        yield f"[bold yellow]![/] {escape(step.warning)}"
    yield from (f"- {escape(sentence)}" for sentence in step.do)
    if step.link:
        yield f"{_name(_('Address'))} {escape(step.link)}"
    yield from _wordings(_("By the menu"), step.path, ordered=True)
    yield from _wordings(_("Look for"), step.look_for)
    for entry in step.entries:
        yield _entry(entry, with_values=with_values)
    yield from _wordings(_("Press, in this order"), step.press, ordered=True)
    if step.watch:
        yield _name(_("If it says"))
    for watch in step.watch:
        yield f"  · {_wording(watch.wording)}"
        yield f"    → {escape(watch.then)}"


def _entry(entry: Entry, *, with_values: bool) -> str:
    value = entry.value if with_values else entry.shown
    field = f"  ← {_wording(entry.field)}" if entry.field else ""
    return f"☐ {escape(entry.what)}: [bold]{escape(value)}[/]{field}"


def _wordings(name: str, wordings: Sequence[Wording], *, ordered: bool = False) -> Iterator[str]:
    if wordings:
        yield _name(name)
    for number, wording in enumerate(wordings, start=1):
        yield f"  {f'{number}.' if ordered else '·'} {_wording(wording)}"


def _wording(wording: Wording) -> str:
    languages = [(wording.en, wording.sure_en), (wording.zh, wording.sure_zh)]
    return "  ".join(
        f"{escape(' / '.join(texts))} [dim]({escape(label('sure', sure))})[/]"
        for texts, sure in languages
        if texts
    )


def _name(text: str) -> str:
    return f"[cyan]{escape(text)}[/]"
