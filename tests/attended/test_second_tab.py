"""The practice phone in the attended window's second tab."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attending.run import Run
from attending.waiting import wait_for


@pytest.mark.parametrize(("lang", "title"), [("en", "Your practice phone"), ("zh", "练习用手机")])
def test_the_phone_is_in_the_second_tab_and_the_site_in_front(
    lang: str, title: str, attended_run: Callable[..., Run]
) -> None:
    """Opened for the person, in their language, with its address and the sign-in in the terminal too."""
    run = attended_run("contact", lang=lang)
    prompt = run.next_prompt()
    assert prompt is not None
    assert prompt["prompt"] == "sign-in"

    def titles() -> list[str] | None:
        found = [str(page["title"]) for page in run.window.pages()]
        return found if title in found else None

    found = wait_for(titles, "no phone was opened")
    assert len(found) == 2
    assert run.window.url().startswith(f"{run.mock}/signin")
    assert f"{run.mock}/_mock/phone?lang={lang}" in run.terminal.screen
    assert "wei@harborlane.example" in run.terminal.screen
    assert "ebb-and-flow-27" in run.terminal.screen
