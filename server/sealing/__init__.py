"""Sealing: the raw facts of an old show in Parquet, one file a kind, out of SQL and back; and scans over such files by DuckDB."""
