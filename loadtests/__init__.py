"""Load on a running Showfloor, over real sockets: locust users, budgets with an exit code. README.md says how to read it."""
