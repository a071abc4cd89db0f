"""The algebra a scenario compiles to: expressions, inputs, unit values, profiles, lines."""
