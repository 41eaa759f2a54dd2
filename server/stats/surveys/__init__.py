"""What surveys came to: the score, shares and means with how much they rest on, and what those who gave them did."""
