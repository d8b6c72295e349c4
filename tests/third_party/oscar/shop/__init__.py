"""The parts of the site that are ours: settings, addresses, and a counter of POSTs."""
