"""Who did what to what: a row for everything that a channel's people and programs change, and what its admins read of it."""
