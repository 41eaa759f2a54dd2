"""A whole show, put together from what each feature offers of it."""
