"""Reports: viewers say of something that others wrote that it should not stand there; staff see what was reported, and settle it."""
