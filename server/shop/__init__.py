"""The shop: purchases decided in groups, so that nothing is ever sold twice, and what is left to sell."""
