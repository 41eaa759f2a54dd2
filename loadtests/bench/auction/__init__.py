"""What an auction costs in which many bid at once."""
