"""Who somebody is and what they may: tokens, roles, sign-in."""
