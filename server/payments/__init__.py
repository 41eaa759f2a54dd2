"""Payments: what is asked of a provider for a hold, what it answers in whatever order, and what follows from it."""
