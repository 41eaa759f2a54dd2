"""How often somebody may do something: one service before every door, by address, viewer, socket and show."""
