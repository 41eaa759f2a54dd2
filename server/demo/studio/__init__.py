"""Where the demo's clip is made; the product itself only serves the result."""
