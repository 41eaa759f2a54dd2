"""Sockets to rooms: who is here in this process, and how what happens reaches them."""
