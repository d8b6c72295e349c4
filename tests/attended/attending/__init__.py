"""A person at a visible window: a terminal, hands on the page, and a check of what the evidence says."""
