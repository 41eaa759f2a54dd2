"""The peers: one file each says how to get it, start it, join it and publish through it."""
