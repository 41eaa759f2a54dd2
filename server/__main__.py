"""`python -m server` is `showfloor`."""

from server.cli import main

main()
