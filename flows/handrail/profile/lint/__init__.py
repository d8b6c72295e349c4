"""Check a profile for what marketplaces refuse, before a browser opens."""
