"""One question asked of the compiled model per module."""
