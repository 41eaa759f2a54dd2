"""Polls: prepared, opened to everybody in a show, voted in once a viewer, closed with an exact result."""
