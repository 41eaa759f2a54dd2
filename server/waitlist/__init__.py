"""The line of those who wait for a product that is sold out."""
