"""The journal: what happened in a show, in order, durable, never skipped silently."""
