"""Pages to hand out: one file, no server, no network."""
