"""How fast the ledger records and counts, beside the least that PostgreSQL asks for the same facts."""
