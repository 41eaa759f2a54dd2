"""What becomes of an order once it is paid: refunds and cancellations by the merchant, and its way to the buyer."""
