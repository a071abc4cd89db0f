"""Benchmarks of the sweep engine against plain numpy, other tools and the machine itself."""
