"""Showfloor: the interaction backend of live-stream commerce."""
