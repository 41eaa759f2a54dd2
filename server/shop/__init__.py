"""The shop: products with their stock, and purchases decided in groups so that nothing is ever sold twice."""
