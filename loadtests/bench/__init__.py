"""The bench: Showfloor, whole, beside bare peers that do none of it, measured in one run on one machine."""
