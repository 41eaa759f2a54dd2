"""A person's data: where it is, how it is handed out, and how it is erased so that counts stay and no trace does."""
