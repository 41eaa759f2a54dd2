"""Replays: an ended show along the clock of its recording, read from its journal as it stands today."""
