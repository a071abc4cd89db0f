"""The reference model as other tools take it."""
