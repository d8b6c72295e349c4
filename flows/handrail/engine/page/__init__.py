"""The page of a run: navigating, finding elements, reading them once they are stable."""
