"""What is said to, and of, a single viewer who comes again, where their consent allows it: never on the way of a join."""
