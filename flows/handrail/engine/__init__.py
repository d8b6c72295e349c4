"""One run of a flow: its context, the page, effects and their gate, repairs, verifications."""
