"""Auctions: one unit, or a lot, of a product that goes to who bids the most in a show."""
