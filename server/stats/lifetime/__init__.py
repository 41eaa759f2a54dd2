"""People over a channel's shows: who comes back, who stops, what a customer is worth, and what kinds of viewers there are."""
