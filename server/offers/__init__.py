"""Offers: a price, a limit and a window on a product in a show; to whom they are open the server alone decides."""
