"""`python -m server` is `showfloor`."""

from server.cli.main import main

main()
