"""One form of a result per module; nothing here computes a figure."""
