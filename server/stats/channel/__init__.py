"""The figures of a channel over a period, beside another period, and in parts: defined as those of a show, people counted once."""
