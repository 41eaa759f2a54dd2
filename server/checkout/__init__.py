"""What stands between a hold and its payment: who buys, where it goes, what it comes to, and what the buyer has agreed to."""
