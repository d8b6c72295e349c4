"""Labels for the short identifiers of logs, results and site files, in the language in use.

The terminal, the report and the checklist all take their words from here.
"""

from __future__ import annotations

from handrail.core.i18n import gettext as _
from handrail.core.i18n import lazy

VERDICTS = {
    "done": (
        lazy("Done"),
        lazy("What this run was to verify is verified, or was so already."),
    ),
    "rehearsed": (
        lazy("Rehearsed"),
        lazy(
            "Everything was read, compared and filled as in a real run, up to what is listed below. "
            "That was not pressed, and nothing was sent."
        ),
    ),
    "refused": (
        lazy("Refused"),
        lazy("The site said no, and nothing that the seller does here mends it."),
    ),
    "unfinished": (
        lazy("Not finished"),
        lazy(
            "Something went wrong on the way. Nothing was sent whose outcome is open, "
            "so it is safe to run this again."
        ),
    ),
    "needs-person": (
        lazy("A person is needed"),
        lazy("Somebody has to act or decide before this can go on."),
    ),
    "waiting": (
        lazy("Waiting"),
        lazy("Nothing can be done at the moment; the same run can be made again later."),
    ),
    "unknown": (
        lazy("Outcome not known"),
        lazy("Something was sent and what became of it is not known. Look before sending it again."),
    ),
    "kept": (
        lazy("Added by hand: screenshots kept"),
        lazy("Pictures that the seller took themselves. Handrail opened no page and took none of them."),
    ),
}
"""Each outcome of a run: the report's headline, and a sentence that explains it."""

_LABELS = {
    "flow": {
        "contact": lazy("Emergency contact"),
        "address": lazy("Business address"),
        "certify": lazy("Certification"),
        "appeal": lazy("Appeal"),
        "visit": lazy("A look at the pages"),
    },
    "channel": {
        "email": lazy("E-mail"),
        "phone": lazy("Phone"),
        "contact": lazy("Emergency contact"),
        "registered": lazy("Registered address"),
        "business": lazy("Business address"),
        "certification": lazy("Certification"),
        "legal-name": lazy("Legal name"),
        "registered-address": lazy("Registered address"),
        "business-address": lazy("Business address"),
        "bank-ending": lazy("Bank account"),
        "tax-id": lazy("Tax id"),
    },
    "state": {
        "verified": lazy("Verified"),
        "unverified": lazy("Not verified"),
        "other-value": lazy("Another value stands there"),
        "unseen": lazy("Not looked at"),
        "pending": lazy("Code on its way"),
        "code-asked": lazy("Code on its way"),
        "saved": lazy("Saved"),
        "unknown": lazy("Not known"),
        "in-progress": lazy("Being checked by the site"),
    },
    "outcome": {
        "done": lazy("done"),
        "refused": lazy("refused"),
        "unfinished": lazy("not finished"),
        "needs-person": lazy("a person is needed"),
        "waiting": lazy("waiting"),
        "unknown": lazy("not known"),
        "kept": lazy("added by hand"),
        "would-send": lazy("rehearsed"),
    },
    "effect": {
        "read": lazy("read"),
        "fill": lazy("fill in"),
        "request-code": lazy("Ask for a code"),
        "submit": lazy("Submit"),
        "start-clock": lazy("Open a page that starts a deadline"),
    },
    "persons-word": {
        "happened": lazy("the person says that it happened; no page showed it"),
        "did-not-happen": lazy("the person says that it did not happen; no page showed it"),
        "given-up": lazy("the person gave the code up"),
        "superseded": lazy("the person had another one sent in its place"),
        "not-arrived": lazy("the person says that no code arrived"),
    },
    "source": {
        "": "",
        "page": lazy("seen on the page"),
        "answer": lazy("by the site's answer"),
        "person": lazy("said by the person"),
        "inferred": lazy("inferred"),
    },
    "act": {
        "save": lazy("Save the value"),
        "request": lazy("Ask for a code"),
        "enter-code": lazy("Enter the code"),
        "order": lazy("Order a postcard"),
        "order-again": lazy("Order another postcard"),
        "documents": lazy("Hand in documents"),
        "open-notice": lazy("Open the notice, which starts its deadline"),
        "certify": lazy("Certify"),
    },
    "observed": {
        "saved": lazy("the site saved it"),
        "code-asked": lazy("the site says that a code is on its way"),
        "accepted": lazy("the site accepted it"),
        "wrong-code": lazy("the site says that the code is wrong"),
        "expired": lazy("the site says that the code has expired"),
        "locked": lazy("the site locked this for a while"),
        "refused": lazy("the site refused"),
        "throttled": lazy("the site asks to wait: too many requests"),
        "verified": lazy("the page shows it as verified"),
        "superseded": lazy("given up for another one"),
        "never-left": lazy("it never left the browser"),
        "nothing-left": lazy("nothing was sent"),
        "signed-out": lazy("the site had signed the account out"),
        "automation-refused": lazy("the site says that it does not want automated access"),
        "verify-asked": lazy("the site asks for a verification"),
        "checking": lazy("the site says that it is checking"),
        "opened": lazy("it opened, and its deadline runs"),
        "not-opened": lazy("it did not open"),
        "not-saved": lazy("it was not saved"),
        "not-sent": lazy("it was not sent"),
        "exhausted": lazy("the site says that all attempts are used up"),
        "not-arrived": lazy("the person says that no code arrived"),
        "not-pressed": lazy("the person says that it was not pressed"),
    },
    "ordered": {
        "code-asked": lazy("the site says that a postcard is on its way"),
        "not-arrived": lazy("the person says that no postcard arrived"),
    },
    "sent": {
        "save": lazy("saved"),
        "request": lazy("code asked for"),
        "enter-code": lazy("code entered"),
        "order": lazy("postcard ordered"),
        "order-again": lazy("another postcard ordered"),
        "documents": lazy("documents handed in"),
        "open-notice": lazy("notice opened"),
        "certify": lazy("certified"),
    },
    "certification": {
        "certified": lazy("Certified"),
        "certified-by-word": lazy("Certified, by the person's word"),
        "verified": lazy("Asked for nothing"),
        "unverified": lazy("Asked for"),
    },
    "page": {
        "notifications": lazy("notification preferences"),
        "contact": lazy("emergency contact"),
        "information": lazy("account information"),
        "registered-address": lazy("registered address"),
        "business-address": lazy("business address"),
        "health": lazy("account health"),
        "account-health": lazy("account health"),
        "review": lazy("review of the account's information"),
        "notice": lazy("notice and certification"),
    },
    "prompt": {
        "sign-in": lazy("Sign in"),
        "two-step": lazy("Two-step code"),
        "captcha": lazy("Picture puzzle"),
        "banner": lazy("Banner"),
        "unknown-page": lazy("Unknown page"),
        "confirm-account": lazy("Account"),
        "wrong-account": lazy("Account"),
        "takes-texts": lazy("Number"),
        "landline": lazy("Number"),
        "approve": lazy("Approval"),
        "press": lazy("Press"),
        "type": lazy("Type"),
        "code": lazy("Code"),
        "code-missing": lazy("Missing code"),
        "another-code": lazy("Another code"),
        "another-number": lazy("Another number"),
        "refused": lazy("Refusal"),
        "reconcile": lazy("Open question"),
        "label-changed": lazy("Changed label"),
        "pick": lazy("Pointing at it"),
        "learn": lazy("Learning"),
        "status-word": lazy("Changed words"),
        "type-code": lazy("Code"),
        "written-differently": lazy("Spelling"),
        "verify-how": lazy("Way of verifying"),
        "postcard-code": lazy("Code from the postcard"),
        "another-postcard": lazy("Another postcard"),
        "no-address": lazy("Where it stands"),
        "change-under-way": lazy("Change under way"),
        "choose-file": lazy("Document"),
        "go-to": lazy("Way to the page"),
        "asks-for-it": lazy("Asked for?"),
        "by-eye": lazy("Compared by eye"),
        "certify-as-written": lazy("Written differently"),
        "certifier": lazy("Who certifies"),
        "confirm-true": lazy("True today?"),
        "start-clock": lazy("Start of a deadline"),
        "tick": lazy("Statement"),
        "certify": lazy("Certify"),
        "which-shown": lazy("What the page shows"),
    },
    "choice": {
        "yes": lazy("Yes"),
        "no": lazy("No"),
        "stop": lazy("Stop here"),
        "stop-all": lazy("Stop every run"),
        "done": lazy("Done, go on"),
        "wait": lazy("Wait, and come back later"),
        "new-code": lazy("Ask for a new code"),
        "another-number": lazy("Use another number"),
        "go-on": lazy("Try this one all the same"),
        "happened": lazy("It happened"),
        "did-not-happen": lazy("It did not happen, or may be done again"),
        "not-arrived": lazy("It has not arrived"),
        "first": lazy("The first candidate"),
        "second": lazy("The second candidate"),
        "third": lazy("The third candidate"),
        "fourth": lazy("The fourth candidate"),
        "fifth": lazy("The fifth candidate"),
        "pick": lazy("Show it on the page"),
        "back": lazy("Back to the question"),
        "once": lazy("Only for this run"),
        "moved": lazy("It is the right page, with another heading"),
        "verified": lazy("Verified"),
        "in-progress": lazy("In progress"),
        "unverified": lazy("Not verified"),
    },
    "by": {
        "person": lazy("by a person"),
        "script": lazy("by the dry run's script"),
        "page": lazy("nobody answered: the page went on"),
        "nobody": lazy("nobody was there"),
    },
    "can-text": {
        "yes": lazy("can take text messages"),
        "no": lazy("cannot take text messages"),
        "unknown": lazy("the numbering plan does not tell whether it takes text messages"),
    },
    "assist": {
        "guide": lazy("guide: a person fills and presses"),
        "fill": lazy("fill: Handrail fills, a person presses"),
        "press": lazy("press: Handrail fills, and presses what a person approved"),
    },
    "interruption": {
        "sign-in": lazy("The site asked to sign in"),
        "two-step": lazy("The site asked for its own sign-in code"),
        "captcha": lazy("The site asked to solve a picture puzzle"),
        "banner": lazy("A banner stood in the way"),
        "unknown-page": lazy("A page that Handrail does not know stood in the way"),
        "unavailable": lazy("The site said that it is unavailable"),
        "throttled": lazy("The site said that there were too many requests"),
        "automation-refused": lazy("The site said that it does not want automated access"),
    },
    "step": {
        "open": lazy("open the page: {what}"),
        "read": lazy("read {what}"),
        "fill": lazy("fill {what}"),
        "save": lazy("save {what}"),
        "request": lazy("ask for a code: {what}"),
        "enter-code": lazy("enter the code: {what}"),
        "look": lazy("look at the other stores"),
        "compare": lazy("compare the page: {what}"),
        "certify": lazy("certify"),
        "open-notice": lazy("open the notice"),
        "order": lazy("order a postcard: {what}"),
        "order-again": lazy("order another postcard: {what}"),
        "documents": lazy("hand in documents: {what}"),
    },
    "step-of": {
        "email": lazy("e-mail address"),
        "phone": lazy("phone number"),
        "registered": lazy("registered address"),
        "business": lazy("business address"),
        "certification": lazy("certification"),
    },
    "equality": {
        "same": lazy("the same"),
        "written-differently": lazy("the same, written differently"),
        "different": lazy("different"),
        "not-stated": lazy("not in the profile"),
        "not-shown": lazy("not shown by the site"),
        "missing": lazy("missing"),
    },
    "part": {
        "name": lazy("name"),
        "line1": lazy("address line 1"),
        "line2": lazy("address line 2"),
        "line3": lazy("address line 3"),
        "district": lazy("district"),
        "city": lazy("city"),
        "state": lazy("state or province"),
        "postal-code": lazy("postal code"),
        "country": lazy("country"),
    },
    "reading": {
        "notice": lazy("counted from the notice"),
        "site": lazy("as the site's page says"),
        "clock": lazy("since the notice's page was opened"),
    },
    "date": {
        "ordered": lazy("ordered"),
        "expected": lazy("expected"),
        "usable": lazy("usable until"),
    },
    "hides": {
        "secret": lazy("codes, passwords and other secrets"),
        "personal": lazy("phone numbers and e-mail addresses"),
        "unknown-field": lazy("fields of unknown meaning"),
    },
    "store": {
        "US": lazy("United States"),
        "CA": lazy("Canada"),
        "MX": lazy("Mexico"),
        "BR": lazy("Brazil"),
        "UK": lazy("United Kingdom"),
        "GB": lazy("United Kingdom"),
        "DE": lazy("Germany"),
        "FR": lazy("France"),
        "IT": lazy("Italy"),
        "ES": lazy("Spain"),
        "NL": lazy("Netherlands"),
        "BE": lazy("Belgium"),
        "SE": lazy("Sweden"),
        "PL": lazy("Poland"),
        "IE": lazy("Ireland"),
        "TR": lazy("Türkiye"),
        "AE": lazy("United Arab Emirates"),
        "SA": lazy("Saudi Arabia"),
        "EG": lazy("Egypt"),
        "ZA": lazy("South Africa"),
        "IN": lazy("India"),
        "JP": lazy("Japan"),
        "SG": lazy("Singapore"),
        "AU": lazy("Australia"),
    },
    "seal": {
        "sealed": lazy("sealed"),
        "unsealed": lazy("NOT SEALED"),
        "unfinished": lazy("not finished"),
    },
    "private": {
        "code": lazy("a code"),
        "password": lazy("a password"),
        "cookie": lazy("a sign-in cookie"),
        "phone": lazy("a phone number"),
        "email": lazy("an e-mail address"),
        "bank": lazy("bank digits"),
        "tax-id": lazy("a tax id"),
        "picture-text": lazy("text inside a picture's file"),
    },
    "sure": {
        "ours": lazy("ours"),
        "seen": lazy("seen"),
        "reported": lazy("reported"),
        "guess": lazy("guessed"),
    },
    "site-check": {
        "resolves": lazy("there"),
        "not-shown": lazy("not shown now"),
        "missing": lazy("not there"),
        "several": lazy("there more than once"),
        "unknown-words": lazy("in words nobody listed"),
        "name-dropped": lazy("perhaps one whose name was not kept"),
        "cannot-tell": lazy("a skeleton cannot tell"),
    },
    "progress": {
        "step": lazy("step"),
        "step-done": lazy("step-done"),
        "answer": lazy("answer"),
        "intended": lazy("intended"),
        "held": lazy("held"),
        "answered": lazy("answered"),
        "observed": lazy("observed"),
        "stop": lazy("stop"),
    },
    "until_from": {
        "site": lazy("as the site says"),
        "handrail": lazy("Handrail's own caution; the site gave no time"),
    },
}


def label(group: str, identifier: object) -> str:
    """Return the label of an identifier; an unknown identifier is returned unchanged."""
    text = "" if identifier is None else str(identifier)
    return str(_LABELS[group].get(text, text))


def store_label(name: object) -> str:
    """Return a store's label by its code or its English name; an unknown store is returned unchanged."""
    text = "" if name is None else str(name)
    by_name = {str.__str__(english).casefold(): english for english in _LABELS["store"].values()}
    return str(by_name.get(text.casefold(), "")) or label("store", text)


def effect_label(step: object, effect: object) -> str:
    """Return the label of something sent: that of its step, or of its class of effects."""
    return label("act", step) if str(step) in _LABELS["act"] else label("effect", effect)


def page_label(key: str) -> str:
    """Return the label of a site file's page; an unknown key without its hyphens."""
    return label("page", key) if key in _LABELS["page"] else key.replace("-", " ")


def persons_word(outcome: str) -> str:
    """Return the sentence for an outcome that no page showed and a person stated."""
    if outcome in _LABELS["persons-word"]:
        return label("persons-word", outcome)
    denied = outcome.startswith("not-") or outcome in ("wrong-code", "never-left", "nothing-left")
    return label("persons-word", "did-not-happen" if denied else "happened")


def observed_label(step: object, outcome: object) -> str:
    """Return the label of an effect's outcome; for a postcard, that a postcard comes and not a code."""
    ordered = str(step) in ("order", "order-again") and str(outcome) in _LABELS["ordered"]
    return label("ordered" if ordered else "observed", outcome)


def step_label(name: str) -> str:
    """Return the label of a step such as "fill email"; a name of another form is returned unchanged."""
    verb, _space, what = name.partition(" ")
    sentence = _LABELS["step"].get(verb)
    if sentence is None:
        return name
    named = label("step-of", what) if what in _LABELS["step-of"] else page_label(what)
    return str(sentence).format(what=named)


def joined(*parts: str) -> str:
    """Join the parts that are not empty: "Phone, US"."""
    return _(", ").join(part for part in parts if part)


def duration(milliseconds: int) -> str:
    """Return a duration in the unit that fits it: "40 ms", "1.2 s", "2 min 5 s"."""
    seconds = round(milliseconds / 1000)
    if milliseconds < 950:
        return _("{number} ms", number=milliseconds)
    if milliseconds < 59_500:
        return _("{number} s", number=f"{milliseconds / 1000:.1f}")
    if seconds < 3600:
        return _("{minutes} min {seconds} s", minutes=seconds // 60, seconds=seconds % 60)
    return _("{hours} h {minutes} min", hours=seconds // 3600, minutes=seconds % 3600 // 60)
