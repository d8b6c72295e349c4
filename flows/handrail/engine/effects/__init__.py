"""Effects beyond reading and filling: each is approved, sent once and observed."""
