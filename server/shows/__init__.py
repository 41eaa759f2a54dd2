"""Shows: planned, started, announced in, ended."""
