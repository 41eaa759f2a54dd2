"""What has been asked of a product and answered: kept as lines of it, shown on its card, and offered to whoever asks the same again."""
