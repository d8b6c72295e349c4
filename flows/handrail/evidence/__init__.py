"""Evidence of a run: captures without secrets, a log chained by hash, a report anyone can read."""
