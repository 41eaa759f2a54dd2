"""Plan, do, check, act: targets of a show, what came of them, and what is to be done next, carried from show to show."""
