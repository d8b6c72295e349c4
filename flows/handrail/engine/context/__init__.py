"""What the parts of one run share: the journal, captures, the page's view, the ledger, results, stops."""
