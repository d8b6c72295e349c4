"""Sites that answer in two ways at once, late, or about somebody else: nothing is believed too early."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from handrail.core.errors import BadInput
from handrail.core.outcome import Outcome
from handrail.engine.context.results import RunResult
from handrail_fixtures.small import DROPPED, Reply, SmallSite

Walk = Callable[..., RunResult]

HEAD = """
id = "small"
name = "Small"
marketplace = "US"
kind = "test"
base = "http://127.0.0.1:1"
hosts = ["127.0.0.1"]
carried-by = "handrail"
identity = { at = { css = "#account" } }
terms = { ceiling = "press", default = "press", read-on = 2026-11-23 }

[[interruptions]]
kind = "sign-in"
see = { role = "heading", name = { en = "Sign in" } }
fields.password = { css = "#password" }
press = { css = "#enter" }

[[interruptions]]
kind = "throttled"
see = { role = "heading", name = { en = "Too many requests" } }
"""
CONTACT = (
    HEAD
    + """
[pages.contact]
url = "/"
anchor = { role = "heading", name = { en = "Contact" } }

[contact.email]
page = "contact"
value.at = { css = "#email" }
status.always = "verified"
field = { css = "#none" }
pending = { see = { css = "#none" }, scope = "account" }
code = { field = { css = "#none" }, format = '\\d{6}', submit.press.css = "#none", submit.outcomes = {} }

[contact.phone]
page = "contact"
value.at = { css = "#value" }
status = { at = { css = "#status" }, verified = { en = "Verified" }, unverified = { en = "Not verified" } }
reveal = [{ css = "#edit" }]
field = { css = "#phone" }
pending = { see = { css = "#code" }, scope = "account" }

[contact.phone.save]
press = { css = "#save" }
sends = ["POST /save"]
outcomes.saved = { see = { css = "#message", text = { en = "Saved" } } }

[contact.phone.request]
press = { css = "#request" }
sends = ["POST /request"]
outcomes.code-asked = { see = { css = "#code" } }
outcomes.refused = { see = { css = "#message", text = { en = "could not send" } } }

[contact.phone.code]
field = { css = "#code" }
format = '\\d{6}'
submit = { press = { css = "#verify" }, outcomes.accepted = { see = { css = "#none" } } }
"""
)
PAGE = """<!doctype html><meta charset=utf-8><title>Contact</title>
<p id=account>{account}</p><h1>Contact</h1>
<p id=email>ops@harborlane.example</p><p id=value>{value}</p><p id=status>Not verified</p>
<button id=edit>Edit</button><input id=phone {hidden} aria-label=Phone><button id=save>Save</button>
<button id=request>Send code</button>{more}<p id=message></p>
<script>
const at = (id) => document.getElementById(id);
const failed = () => {{ at("message").textContent = "We could not send a code. Try again later."; }};
at("request").onclick = () => fetch("/request", {{method: "POST"}})
  .then((answer) => answer.ok ? location.assign("/next") : failed(), failed);
at("edit").onclick = () => setTimeout(() => location.assign("/sign-in"), 100);
at("save").onclick = () => fetch("/save", {{method: "POST"}})
  .then(() => {{ at("message").textContent = "Saved."; }});
</script>"""
OURS = {"account": "Harbor Lane Trading", "value": "+86 138 0013 8000", "hidden": "", "more": ""}
BUSY = Reply("<!doctype html><title>Busy</title><h1>Too many requests</h1>", 429)
SIGN_IN = """<!doctype html><title>Sign in</title><h1>Sign in</h1>
<form action="/in"><input id=password type=password><button id=enter>Enter</button></form>"""
NOBODY = {"approve": "yes", "sign-in": {"fields": {"password": "tide"}}}


def test_a_code_that_saving_has_sent_and_the_page_shows_late_is_not_asked_for_again(
    small_site: SmallSite, walk_small: Walk
) -> None:
    """The site sends a code on saving, which its file does not say, and shows its form a moment later."""
    names = CONTACT.replace(
        'pending = { see = { css = "#code" }, scope = "account" }',
        'pending = { see = { css = "#code" }, scope = "account",'
        " destination = { at = { css = '#went' }, match = '[+][0-9 ]+' } }",
    )
    late = """<script>document.getElementById("save").addEventListener("click", () => setTimeout(() =>
      document.body.insertAdjacentHTML("beforeend", "<p id=went>+86 138 0013 8000</p><input id=code>"), 900));
      document.getElementById("save").addEventListener("click", () => {
        document.getElementById("value").textContent = "+86 138 0013 8000"; }); </script>"""
    page = PAGE.format(**{**OURS, "value": "+86 139 0000 0000", "more": ""}).replace(
        'at("edit")', 'at("none")'
    )
    page = page.replace("<button id=edit>Edit</button>", "<button id=edit hidden></button><i id=none></i>")
    small_site.show("/", page + late)
    small_site.effects["/save"] = lambda _body: Reply()
    run = walk_small("contact", names, NOBODY)
    assert small_site.posted == ["/save"], run.advice
    assert run.outcome is Outcome.NEEDS_PERSON, run.advice


def test_a_destination_that_cannot_be_read_is_no_missing_one(small_site: SmallSite, walk_small: Walk) -> None:
    """The page says in unknown words where the code went: the run stops, and nothing is asked for."""
    reads = CONTACT.replace(
        'pending = { see = { css = "#code" }, scope = "account" }',
        'pending = { see = { css = "#code" }, scope = "account",'
        " destination = { at = { css = '#went' }, match = '[+][0-9 ]+' } }",
    )
    assert reads != CONTACT
    form = "<p id=went>A code went to your other number</p><input id=code>"
    small_site.show("/", PAGE.format(**{**OURS, "more": form}))
    run = walk_small("contact", reads, NOBODY)
    assert run.outcome is Outcome.NEEDS_PERSON
    assert any("cannot be compared" in sentence for sentence in run.advice)
    assert small_site.posted == []


@pytest.mark.parametrize("answer", [Reply(), Reply("", 504), DROPPED], ids=["taken", "gave up", "dropped"])
def test_a_code_whose_request_is_in_doubt_is_not_asked_for_again(
    answer: Reply, small_site: SmallSite, walk_small: Walk
) -> None:
    """Taken, then a busy page; a gateway that gave up; a dropped line: the page's "failed" proves nothing."""
    small_site.show("/", PAGE.format(**OURS))
    small_site.pages["/next"] = lambda: BUSY
    small_site.effects["/request"] = lambda _body: answer
    for _run in range(2):
        run = walk_small("contact", CONTACT, NOBODY)
        assert run.outcome is Outcome.UNKNOWN, run.advice
    assert small_site.posted == ["/request"]


def test_a_site_that_refuses_with_its_own_answer_is_believed(small_site: SmallSite, walk_small: Walk) -> None:
    """A plain 422 and the words for it say the same: refused, and asked once."""
    small_site.show("/", PAGE.format(**OURS))
    small_site.effects["/request"] = lambda _body: Reply("", 422)
    run = walk_small("contact", CONTACT, {**NOBODY, "refused": "wait"})
    assert run.outcome is Outcome.WAITING, run.advice
    assert small_site.posted == ["/request"]


def test_nothing_is_filled_for_somebody_who_signs_in_halfway(small_site: SmallSite, walk_small: Walk) -> None:
    """The session ends at the edit button, and another seller signs in, landing on the open form."""
    account = ["Harbor Lane Trading"]

    def show(hidden: str) -> str:
        return PAGE.format(account=account[0], value="+86 137 0001 2345", hidden=hidden, more="")

    def signed_in() -> Reply:
        account[0] = "Another Seller GmbH"
        return Reply("", 302, {"Location": "/open"})

    small_site.pages = {
        "/": lambda: show("hidden"),
        "/open": lambda: show(""),
        "/sign-in": lambda: SIGN_IN,
        "/in": signed_in,
    }
    small_site.effects["/save"] = lambda _body: ""
    run = walk_small("contact", CONTACT, NOBODY)
    assert run.outcome is Outcome.NEEDS_PERSON, run.advice
    assert any("another account" in sentence for sentence in run.advice)
    assert small_site.posted == []


def test_a_value_that_comes_late_is_not_saved_anew(small_site: SmallSite, walk_small: Walk) -> None:
    """A number that is right and verified a moment after its page: nothing is saved and no code asked for."""
    late = """<script>setTimeout(() => { at("value").textContent = "+86 138 0013 8000";
        at("status").textContent = "Verified"; }, 600)</script>"""
    shown = PAGE.format(**{**OURS, "value": ""}).replace("</script>", f"</script>{late}")
    small_site.show("/", shown)
    run = walk_small("contact", CONTACT, NOBODY)
    assert run.outcome is Outcome.DONE, run.advice
    assert small_site.posted == []


def test_a_code_that_comes_on_its_way_before_the_press_is_not_asked_for(
    small_site: SmallSite, walk_small: Walk
) -> None:
    """The page shows that a code was sent as the pointer comes to the button: it is read anew."""
    sent = """<script>at("request").onmouseenter = () => {
        at("message").outerHTML = "<p id=sent>Sent to +86 138 0013 8000</p><input id=code>"; }</script>"""
    small_site.show("/", PAGE.format(**OURS).replace("</script>", f"</script>{sent}"))
    whose = 'pending = { see = { css = "#sent" }, scope = "account", destination.at = { css = "#sent" }, '
    whose += "destination.match = '\\+\\d[\\d ]+' }"
    site = CONTACT.replace('pending = { see = { css = "#code" }, scope = "account" }', whose)
    run = walk_small("contact", site, {**NOBODY, "code": "stop"})
    assert run.outcome is Outcome.NEEDS_PERSON, run.advice
    assert small_site.posted == []


def test_unauthorised_without_a_sign_in_page_is_not_repeated(small_site: SmallSite, walk_small: Walk) -> None:
    """A 401 that leads nowhere proves nothing: the code is not asked for again and again."""
    small_site.show("/", PAGE.format(**OURS).replace("failed(), failed", "0, failed"))
    small_site.effects["/request"] = lambda _body: Reply("", 401)
    run = walk_small("contact", CONTACT, NOBODY)
    assert run.outcome is Outcome.UNKNOWN, run.advice
    assert small_site.posted == ["/request"]


def test_signed_out_after_a_dropped_request_is_still_unknown(small_site: SmallSite, walk_small: Walk) -> None:
    """The person signs in while the page is asked what came of it: what was sent stays in doubt, exit 6."""
    signed_in = [True]
    leave = "<script>setTimeout(() => location.assign('/sign-in'), 500)</script>"

    def show() -> str:
        if signed_in[0]:
            return PAGE.format(**OURS)
        return PAGE.format(**{**OURS, "more": leave}).replace("<p id=account>Harbor Lane Trading</p>", "")

    def come() -> Reply:
        signed_in[0] = True
        return Reply("", 302, {"Location": "/"})

    def dropped(_body: str) -> Reply:
        signed_in[0] = False
        return DROPPED

    small_site.pages = {"/": show, "/sign-in": lambda: SIGN_IN, "/in": come}
    small_site.effects["/request"] = dropped
    run = walk_small("contact", CONTACT, NOBODY)
    assert run.outcome is Outcome.UNKNOWN, run.advice


CERTIFY = (
    HEAD
    + """
[pages]
health = { url = "/", anchor = { role = "heading", name = { en = "Account health" } } }
information = { url = "/information", anchor = { role = "heading", name = { en = "Information" } } }
review = { url = "/review", anchor = { role = "heading", name = { en = "Review" } } }

[pages.notice]
url = "/notice"
anchor = { role = "heading", name = { en = "Notice" } }
starts-clock = true

[certify]
page = "health"
asked = { css = "#asked" }
not-asked = { css = "#none" }
due = { at = { css = "#due" } }
review = "review"
notice = "notice"
tick = [{ role = "checkbox" }]
rule = { days = 10, source = "the test" }
items.legal-name = { page = "information", value.at.css = ".name" }
items.phone = { page = "information", value.at.css = ".phone" }

[certify.open]
press = { css = "#go" }
sends = ["GET /notice"]
outcomes.opened = { see = { role = "heading", name = { en = "Notice" } } }

[certify.certify]
press = { css = "#certify" }
sends = ["POST /certify"]
outcomes.accepted = { see = { css = "#said", text = { en = "certified" } } }
outcomes.refused = { see = { css = "#said", text = { en = "not certified" } } }
"""
)
SHEET = "<!doctype html><meta charset=utf-8><title>x</title><p id=account>Harbor Lane Trading</p>"
ASKED = "<p id=asked>You must certify</p>"
INFORMATION = """<h1>Information</h1><p class=name>Shenzhen Harbor Lane Trading Co., Ltd.</p>
<p class=phone>+86 138 0013 8000</p>"""
NOTICE = """<h1>Notice</h1><label><input type=checkbox>True</label><button id=certify>Certify</button>
<p id=said></p><script>document.getElementById("certify").onclick = () => fetch("/certify", {method: "POST"})
.then((one) => { document.getElementById("said").textContent = one.ok ? "It is certified." :
"Your information was not certified."; });</script>"""
CERTIFIES: dict[str, Any] = {
    "certifier": {"text": "Lin Wei"},
    "confirm-true": "yes",
    "start-clock": "yes",
    "tick": {"do": [{"press": "target"}]},
    "certify": {"do": [{"press": "target"}]},
}


@pytest.fixture
def asking(small_site: SmallSite) -> SmallSite:
    """Serve a site that asks for the certification."""
    small_site.show("/", f"{SHEET}<h1>Account health</h1>{ASKED}")
    small_site.show("/information", SHEET + INFORMATION)
    small_site.show("/review", f'{SHEET}<h1>Review</h1><a id=go href="/notice?from=review">Continue</a>')
    small_site.show("/notice", SHEET + NOTICE)
    small_site.effects["/certify"] = lambda _body: ""
    return small_site


def test_a_page_that_first_shows_nothing_to_do_is_waited_for(asking: SmallSite, walk_small: Walk) -> None:
    """Its empty state is painted before its data: a certification that is due is not reported done."""
    late = f"document.getElementById('none').outerHTML = '{ASKED}'"
    empty = f"<p id=none>Nothing to do</p><script>setTimeout(() => {{ {late} }}, 600)</script>"
    asking.show("/", f"{SHEET}<h1>Account health</h1>{empty}")
    run = walk_small("certify", CERTIFY, CERTIFIES)
    assert run.outcome is Outcome.DONE, run.advice
    assert asking.posted == ["/certify"]


def test_not_certified_is_never_read_as_certified(asking: SmallSite, walk_small: Walk) -> None:
    """A refusal that holds the word for success, in whatever order the file lists them, is no success."""
    asking.effects["/certify"] = lambda _body: Reply("", 422)
    run = walk_small("certify", CERTIFY, CERTIFIES)
    assert run.outcome is Outcome.UNKNOWN, run.advice
    assert asking.posted == ["/certify"]


def test_a_second_value_that_differs_is_not_overlooked(asking: SmallSite, walk_small: Walk) -> None:
    """The page shows two phone numbers, and the second is an old one: the first alone is not certified."""
    asking.show("/information", SHEET + INFORMATION + "<p class=phone>+1 201 555 0123</p>")
    run = walk_small("certify", CERTIFY, CERTIFIES)
    assert run.outcome is Outcome.NEEDS_PERSON
    assert "/notice" not in asking.opened


@pytest.mark.parametrize("from_page", ["/", "/information"])
def test_a_redirect_onto_the_notice_opens_nothing(
    from_page: str, asking: SmallSite, walk_small: Walk
) -> None:
    """A page that leads to the notice by itself is held before the clock starts, and the run says why."""
    asking.pages[from_page] = lambda: Reply("", 302, {"Location": "/notice"})
    run = walk_small("certify", CERTIFY.replace('sends = ["GET /notice"]', "sends = []"), CERTIFIES)
    assert run.outcome is Outcome.NEEDS_PERSON, run.advice
    assert any("has an effect when it is opened" in sentence for sentence in run.advice)
    assert "/notice" not in asking.opened


def test_a_press_whose_post_leads_to_the_notice_opens_it_once(asking: SmallSite, walk_small: Walk) -> None:
    """The file names the button's own POST; the notice it leads to is part of what the person agreed to."""
    button = """<button id=go onclick="fetch('/go-on', {method: 'POST'})
        .then(() => location.assign('/notice'))">Continue</button>"""
    asking.show("/review", f"{SHEET}<h1>Review</h1>{button}")
    asking.effects["/go-on"] = lambda _body: ""
    run = walk_small("certify", CERTIFY.replace("GET /notice", "POST /go-on"), CERTIFIES)
    assert run.outcome is Outcome.DONE, run.advice
    assert (asking.opened.count("/notice"), asking.posted) == (1, ["/go-on", "/certify"])


def test_a_notice_that_posts_to_its_own_address_is_certified(asking: SmallSite, walk_small: Walk) -> None:
    """Once the clock runs, its page is one like any other: a form without an action is no second opening."""
    form = NOTICE.replace('fetch("/certify"', 'fetch("/notice"')
    asking.show("/notice", SHEET + form)
    asking.effects["/notice"] = lambda _body: ""
    run = walk_small("certify", CERTIFY.replace('sends = ["POST /certify"]', "sends = []"), CERTIFIES)
    assert run.outcome is Outcome.DONE, run.advice
    assert (asking.opened.count("/notice"), asking.posted) == (1, ["/notice"])


def test_a_deadline_in_words_is_told_and_never_dropped(asking: SmallSite, walk_small: Walk) -> None:
    """What is no date stands in the advice as the page says it."""
    asking.show("/", f"{SHEET}<h1>Account health</h1>{ASKED}<b id=due>Dec 1, 2026</b>")
    run = walk_small("certify", CERTIFY, {**CERTIFIES, "start-clock": "no"})
    assert any("Dec 1, 2026" in sentence for sentence in run.advice)


def test_the_clock_runs_and_the_person_is_told_by_when(asking: SmallSite, walk_small: Walk) -> None:
    """Opened and not ticked: the deadline is ten days from now, and nobody says that nothing was sent."""
    run = walk_small("certify", CERTIFY, {**CERTIFIES, "tick": "stop"})
    assert run.outcome is Outcome.NEEDS_PERSON
    assert run.deadline is not None
    assert run.deadline.readings[0].source == "clock"
    assert not any("nothing was sent" in sentence for sentence in run.advice)


WRITTEN = INFORMATION.replace("Co., Ltd.", "Company Limited")


@pytest.mark.parametrize(("says", "posted"), [("nobody", []), ("stop", []), ("yes", ["/certify"])])
def test_what_is_written_differently_is_certified_only_on_the_persons_word(
    says: str, posted: list[str], asking: SmallSite, walk_small: Walk
) -> None:
    """Both forms and the document are named; without a yes the notice is not even opened."""
    asking.show("/information", SHEET + WRITTEN)
    run = walk_small("certify", CERTIFY, {**CERTIFIES, "certify-as-written": says})
    assert asking.posted == posted
    assert asking.opened.count("/notice") == len(posted)
    assert any("Company Limited" in one and "Co., Ltd." in one for one in run.advice)
    assert any("business licence" in one for one in run.advice)


def test_a_request_is_named_without_its_query(walk_small: Walk) -> None:
    """With a query it would never match, and never be held: the file is refused, and the key named."""
    with pytest.raises(BadInput, match="without a query"):
        walk_small("certify", CERTIFY.replace("GET /notice", "GET /notice?from=review"), CERTIFIES)


@pytest.mark.parametrize("written", ["/Notice", "//notice", "/%6eotice"])
def test_a_notice_is_held_however_its_address_is_written(
    written: str, asking: SmallSite, walk_small: Walk
) -> None:
    """Other case in a redirect, a slash more or a character by its number in a script: nothing arrives."""
    asking.pages[written] = asking.pages["/notice"]
    if written == "/Notice":
        asking.pages["/information"] = lambda: Reply("", 302, {"Location": written})
    else:
        script = f"<script>fetch(location.origin + '{written}')</script>"
        asking.show("/information", SHEET + INFORMATION + script)
    walk_small("certify", CERTIFY.replace('sends = ["GET /notice"]', "sends = []"), {})
    assert not [path for path in asking.opened if path.casefold().endswith("otice")]
