"""What leaves the browser: the gate of every run, the fence of a rehearsal."""
