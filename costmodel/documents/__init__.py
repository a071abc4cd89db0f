"""The only room that knows YAML: what people write, read strictly, with a position on every key."""
