"""The seller's own truth: one file, validated before any browser opens."""
