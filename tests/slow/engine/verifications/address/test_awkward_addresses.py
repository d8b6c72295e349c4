"""Sites that show an address, a change or a postcard late: nothing is saved or ordered twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pytest

from handrail.core.outcome import Outcome
from handrail.engine.context.results import RunResult
from handrail_fixtures.scenario import sample_seller
from handrail_fixtures.small import DROPPED, SmallSite

Walk = Callable[..., RunResult]

SITE = """
id = "small"
name = "Small"
marketplace = "US"
kind = "test"
base = "http://127.0.0.1:1"
hosts = ["127.0.0.1"]
carried-by = "handrail"
identity = { at = { css = "#account" } }
terms = { ceiling = "press", default = "press", read-on = 2026-11-23 }
pages.address = { url = "/", anchor = { role = "heading", name = { en = "Address" } } }

[address.business]
page = "address"
shown.name = { at = { css = "#name" } }
shown.line1 = { at = { css = ".line1" } }
shown.city = { at = { css = "#city" } }
fields.name = { css = "#f0" }
fields.line1 = { css = "#f1" }
fields.city = { css = "#f2" }
asks-how = { css = "#how" }

[address.business.status]
at = { css = "#status" }
verified = { en = "Verified" }
unverified = { en = "Not verified" }
in-progress = { en = "In progress" }

[address.business.save]
press = { css = "#save" }
sends = ["POST /save"]
outcomes.saved = { see = { css = "#message", text = { en = "Saved" } } }

[address.business.verify.postcard.press]
press = { css = "#order" }
sends = ["POST /order"]
outcomes.code-asked = { see = { css = "#message", text = { en = "ordered" } } }

[address.business.postcard]
see = { css = "#out" }
expected = { at = { css = "#out time" }, take = "datetime" }
"""
PAGE = """<!doctype html><meta charset=utf-8><title>Address</title>
<p id=account>Harbor Lane Trading</p><h1>Address</h1>
<p id=name>{name}</p><p class=line1>{line1}</p><p id=city>Oakland</p><p id=status>{status}</p>
<input id=f0 value="{name}"><input id=f1><input id=f2><button id=save>Save</button>{more}
<p id=message></p>
<script>
const at = (id) => document.getElementById(id);
const send = (path, fields, said) => async () => {{
  const body = JSON.stringify(fields.map((id) => at(id).value));
  await fetch(path, {{method: "POST", body}});
  at("message").textContent = said;
}};
at("save").onclick = send("/save", ["f0", "f1", "f2"], "Saved.");
if (at("order")) at("order").onclick = send("/order", [], "A postcard has been ordered.");
{script}
</script>"""
ASKS = "<h2 id=how>How shall we verify?</h2><button id=order>Send a postcard</button>"
NAME = "Shenzhen Harbor Lane Trading Co., Ltd."
RIGHT, OLD = "2100 Quay Street, Suite 310", "1 Old Road"
ANSWERS = {"approve": "yes", "verify-how": "postcard", "another-postcard": "nobody"}
SAYS_NO = {"approve": "yes", "verify-how": "stop", "another-postcard": "nobody"}


def page(*, line1: str = RIGHT, status: str = "Not verified", name: str = NAME, **rest: str) -> str:
    """Return the one page as it stands."""
    given = {"more": "", "script": "", **rest}
    return PAGE.format(line1=line1, status=status, name=name, **given)


@pytest.fixture
def site(small_site: SmallSite) -> SmallSite:
    """Serve a page that takes everything and shows nothing of it."""
    small_site.show("/", page(more=ASKS))
    small_site.effects = {"/save": lambda _body: "", "/order": lambda _body: ""}
    return small_site


@pytest.fixture
def walk(walk_small: Walk) -> Walk:
    """Walk the address flow for a seller with one address."""
    seller = sample_seller().model_copy(update={"registered_address": None})
    return partial(walk_small, "address", profile=seller)


def test_a_postcard_that_the_page_does_not_list_is_ordered_once(site: SmallSite, walk: Walk) -> None:
    """The page asks how, run after run: the ledger knows of the first card, and no second goes out."""
    for _run in range(2):
        run = walk(SITE, ANSWERS)
        assert run.outcome is Outcome.WAITING, run.advice
    assert site.posted == ["/order"]


def test_a_postcard_that_never_showed_is_ordered_anew_only_on_the_persons_word(
    site: SmallSite, walk: Walk
) -> None:
    """Once the page has had its time, the person is asked, told what another one kills, and may agree."""
    at_once = SITE.replace("asks-how", "shows-within-hours = 0\nasks-how")
    assert walk(at_once, ANSWERS).outcome is Outcome.WAITING
    again = walk(at_once, {**ANSWERS, "another-postcard": ["yes", "no"]})
    assert again.outcome is Outcome.WAITING, again.advice
    assert site.posted == ["/order", "/order"]


def test_a_dropped_order_is_not_taken_for_unsent_while_the_page_may_be_late(
    site: SmallSite, walk: Walk
) -> None:
    """The connection dies, and the page shows no postcard: that proves nothing yet; nobody orders again."""
    site.effects["/order"] = lambda _body: DROPPED
    for _run in range(2):
        run = walk(SITE, ANSWERS)
        assert run.outcome is Outcome.UNKNOWN, run.advice
    assert site.posted == ["/order"]


def test_saving_another_address_first_asks_about_a_card_only_the_ledger_knows(
    site: SmallSite, walk: Walk
) -> None:
    """A new address makes the code on the card worthless, whether the page lists it or not."""
    walk(SITE, ANSWERS)
    site.show("/", page(line1=OLD, more=ASKS))
    run = walk(SITE, ANSWERS)
    assert run.outcome is Outcome.NEEDS_PERSON, run.advice
    assert site.posted == ["/order"]


@pytest.mark.parametrize("afterwards", ["In progress", "Verified"])
def test_an_address_that_is_shown_late_is_saved_once(afterwards: str, site: SmallSite, walk: Walk) -> None:
    """The old one still stands there the next time: it was saved from here, so the run waits."""
    site.pages["/"] = lambda: page(line1=OLD, status=afterwards if site.posted else "Verified")
    walk(SITE, SAYS_NO)
    run = walk(SITE, SAYS_NO)
    assert run.outcome is Outcome.WAITING, run.advice
    assert site.posted == ["/save"]


@pytest.mark.parametrize(("says", "posted"), [("no", []), ("yes", ["/save"])])
def test_a_change_somebody_else_began_is_not_begun_anew_without_a_word(
    says: str, posted: list[str], site: SmallSite, walk: Walk
) -> None:
    """The page works on a change not made from here: only the person says whether to save over it."""
    site.show("/", page(line1=OLD, status="In progress"))
    walk(SITE, {**SAYS_NO, "change-under-way": says})
    assert site.posted == posted


def test_parts_that_come_late_are_waited_for(site: SmallSite, walk: Walk) -> None:
    """The status is there at once and the lines a moment later: what is right already is not saved."""
    late = f"setTimeout(() => {{ document.querySelector('.line1').textContent = '{RIGHT}'; }}, 600);"
    site.show("/", page(line1="", status="Verified", script=late))
    run = walk(SITE, SAYS_NO)
    assert run.outcome is Outcome.DONE, run.advice
    assert site.posted == []


def test_a_company_name_on_the_form_is_compared_and_kept(site: SmallSite, walk: Walk) -> None:
    """The form's name is the profile's, written differently or not: it is never emptied, and never unsaid."""
    taken: list[str] = []
    site.effects["/save"] = lambda body: taken.append(body) or ""
    site.show("/", page(line1=OLD, status="Verified"))
    walk(SITE, SAYS_NO)
    assert NAME in taken[0]
    site.show("/", page(status="Verified", name="Shenzhen Harbor Lane Trading Company Limited"))
    run = walk(SITE, SAYS_NO)
    assert any("Company Limited" in sentence and NAME in sentence for sentence in run.advice)
    assert len(taken) == 1


@pytest.mark.parametrize(("says", "posted"), [("none", ["/save"]), ("nobody", []), ("stop", [])])
def test_an_address_of_which_nothing_is_seen_is_not_simply_another_one(
    says: str, posted: list[str], site: SmallSite, walk: Walk
) -> None:
    """No part is where the file says: only the person knows whether there is none, or it has moved."""
    site.show("/", page(line1="", name="").replace("<p id=city>Oakland</p>", ""))
    run = walk(SITE, {**SAYS_NO, "no-address": says})
    assert site.posted == posted
    assert run.outcome is Outcome.NEEDS_PERSON, run.advice


def test_two_values_where_one_is_meant_are_the_persons_to_tell_apart(site: SmallSite, walk: Walk) -> None:
    """Two lines fit the site file and say different things: nothing is compared with either."""
    site.show("/", page(status="Verified", more=f"<p class=line1>{OLD}</p>"))
    run = walk(SITE, SAYS_NO)
    assert run.outcome is Outcome.NEEDS_PERSON
    assert any("more than once" in sentence for sentence in run.advice)


def test_a_day_without_a_time_is_a_date_too(site: SmallSite, walk: Walk) -> None:
    """Pages mostly write <time datetime=2026-11-01>: it is counted, and no reason to stumble."""
    card = "<div id=out>A postcard is out, <time datetime=2026-11-01>by 1 November</time></div>"
    code = """
[address.business.postcard.code]
field = { css = "#f1" }
format = '\\d{6}'
submit = { press = { css = "#save" }, outcomes.accepted = { see = { css = "#none" } } }
"""
    site.show("/", page(more=card))
    run = walk(SITE + code, {**ANSWERS, "postcard-code": "not-arrived"})
    assert run.outcome is Outcome.NEEDS_PERSON
    assert any("overdue" in sentence for sentence in run.advice)
    (report,) = run.channels
    assert dict(report.dates)["expected"].startswith("2026-11-01")


RULES = """
[guide.address]
[[guide.address.deadlines]]
what = "arrives"
days = 7
business-days = true
starts = "ordered"
source = "the test"
[[guide.address.deadlines]]
what = "usable"
days = 60
starts = "ordered"
source = "the test"
[[guide.address.deadlines]]
what = "verify"
days = 60
starts = "notice"
source = "the test"
"""


def test_dates_that_no_page_names_are_reckoned_from_the_order(site: SmallSite, walk: Walk) -> None:
    """Expected and usable come from the site's published rules, and say that they were counted here."""
    run = walk(SITE + RULES, ANSWERS)
    assert run.outcome is Outcome.WAITING
    (report,) = run.channels
    dates = {name: datetime.fromisoformat(at) for name, at in report.dates}
    assert set(report.reckoned) == set(dates) == {"ordered", "expected", "usable"}
    assert (dates["usable"] - dates["ordered"]).days == 60
    business = [dates["ordered"] + timedelta(days=day) for day in range(1, 15)]
    weekdays = [day for day in business if day.weekday() < 5]
    assert dates["expected"].date() == weekdays[6].date()


def test_the_day_of_the_notice_gives_the_deadline(site: SmallSite, walk: Walk) -> None:
    """Sixty days from the notice, by the site's rule; where it has none, that is said."""
    day = date.today()
    told = walk(SITE + RULES, SAYS_NO, notice_date=day)
    assert told.deadline is not None
    assert told.deadline.at.date() == day + timedelta(days=60)
    untold = walk(SITE, SAYS_NO, notice_date=day)
    assert untold.deadline is None
    assert any("not published" in sentence for sentence in untold.advice)


def test_a_wait_is_never_longer_than_the_deadline(site: SmallSite, walk: Walk) -> None:
    """The postcard would come after the notice's last day: that day is when there is something to do."""
    run = walk(SITE + RULES, ANSWERS, notice_date=date.today() - timedelta(days=59))
    assert run.outcome is Outcome.WAITING
    assert run.until is not None
    assert run.deadline is not None
    assert datetime.fromisoformat(run.until) <= run.deadline.at


def test_agreeing_to_another_card_gives_the_first_up_only_as_the_other_leaves(
    site: SmallSite, walk: Walk
) -> None:
    """Agreed, and then not done: the first order stays known, and the next run orders none."""
    walk(SITE, ANSWERS)
    site.show("/", page(line1=OLD, more=ASKS))
    declined = walk(SITE, {**ANSWERS, "another-postcard": "yes", "approve": "no"})
    assert declined.outcome is Outcome.NEEDS_PERSON
    site.show("/", page(more=ASKS))
    assert walk(SITE, ANSWERS).outcome is Outcome.WAITING
    assert site.posted == ["/order"]


def test_nothing_is_ordered_for_the_address_before(site: SmallSite, walk: Walk) -> None:
    """The page refuses the save in words of its own, and asks how to verify what still stands there."""
    saves = 'sends = ["POST /save"]\noutcomes.saved = { see = { css = "#message", text = { en = "Saved" } } }'
    assert saves in SITE
    refuses = 'at("save").onclick = () => { at("message").textContent = "Please check the street."; };'
    site.show("/", page(line1=OLD, more=ASKS, script=refuses))
    run = walk(SITE.replace(saves, 'outcomes.verify-asked = { see = { css = "#how" } }'), ANSWERS)
    assert run.outcome.exit_code != 0
    assert site.posted == []


CHECKING = """
[address.business.checking]
see = { css = "#checking" }
"""


def test_documents_being_checked_are_not_saved_over_without_a_word(site: SmallSite, walk: Walk) -> None:
    """What says that it is being checked counts, whatever word the status has."""
    site.show("/", page(line1=OLD, more="<p id=checking>We are checking your documents</p>"))
    run = walk(SITE + CHECKING, {**SAYS_NO, "change-under-way": "no"})
    assert run.outcome is Outcome.WAITING
    assert site.posted == []


def test_an_address_saved_with_another_word_is_saved_once(site: SmallSite, walk: Walk) -> None:
    """Where saving leads straight to the question how to verify it, that is a save too."""
    asks = SITE.replace("outcomes.saved =", "outcomes.verify-asked =")
    site.show("/", page(line1=OLD, more=ASKS))
    for _run in range(2):
        walk(asks, SAYS_NO)
    assert site.posted == ["/save"]


DOCUMENTS = """
[address.business.verify.document]
choose = { css = "#by-document" }
files = [{ css = "#file" }]
press.press = { css = "#hand-in" }
press.sends = ["POST /documents"]
press.outcomes.checking = { see = { css = "#message", text = { en = "received" } } }
"""


def test_a_field_for_a_document_that_comes_late_is_waited_for(site: SmallSite, walk: Walk) -> None:
    """It shows a moment after the choice, or never, behind a button: without a file nothing is handed in."""
    form = (
        "<input type=radio id=by-document><input type=file id=file hidden><button id=hand-in>Hand in</button>"
    )
    late = (
        'at("by-document").onchange = () => setTimeout(() => { at("file").hidden = false; }, 400);'
        'at("hand-in").onclick = send("/documents", [], "received");'
    )
    site.show("/", page(more=ASKS + form, script=late))
    site.effects["/documents"] = lambda _body: ""
    run = walk(SITE + DOCUMENTS, {"approve": "yes", "verify-how": "document", "choose-file": "nobody"})
    assert run.outcome is Outcome.NEEDS_PERSON
    assert site.posted == []
