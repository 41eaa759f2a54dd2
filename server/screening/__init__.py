"""The one door for what viewers write, whatever it is: let through, held for the moderators, or refused."""
