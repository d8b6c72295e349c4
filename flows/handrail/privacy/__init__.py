"""What evidence may never hold: taken out before it is written, and searched for afterwards."""
