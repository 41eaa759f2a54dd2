"""The catalogue: what a channel has to sell."""
