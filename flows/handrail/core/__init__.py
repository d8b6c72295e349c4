"""What every part builds on and that knows none of them: errors, outcomes, languages, files, signals."""
