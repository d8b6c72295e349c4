"""Walking a flow: slots, steps, effects and their gate, interruptions, assist levels."""
