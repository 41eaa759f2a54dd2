"""Shows: created, started, announced in, ended; and the snapshot of all that is in one."""
