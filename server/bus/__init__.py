"""The bus: between processes. It makes things quick, and carries counters and the ledger's stream; losing it loses nothing acknowledged."""
