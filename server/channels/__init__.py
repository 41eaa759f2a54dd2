"""Channels: a merchant's series of shows, its people and its rules."""
