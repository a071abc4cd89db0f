"""How uncertain inputs are drawn: inverse CDFs, streams by name, correlation."""
