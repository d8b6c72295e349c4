"""The bundle's report for a person, as one self-contained HTML page."""
