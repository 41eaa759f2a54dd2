"""What several tests share, in the words of the domain."""
