"""The Python peers' servers, run by the peers' own interpreter."""
