"""What the parts of one run share: the journal, captures, the ledger, deadlines, results, stops."""
