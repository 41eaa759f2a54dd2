"""Loops that repeat a unit of work: `run_once()` is the unit, `repeat` runs it until cancelled."""
