"""RFC 3161 timestamp tokens: asked for, read, checked."""
