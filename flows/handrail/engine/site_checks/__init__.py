"""Check a site file against its pages, and record the pages' skeleton."""
