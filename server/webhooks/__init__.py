"""Webhooks: what happened in a channel, told to the merchant's own servers, at least once."""
