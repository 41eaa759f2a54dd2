"""The ledger: what each viewer did, counted once. Facts are kept for good; rollups are derived from them and can be rebuilt."""
