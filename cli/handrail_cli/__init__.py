"""The command line: verbs, the terminal operator, and nothing else."""
