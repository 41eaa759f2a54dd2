"""The figures beside DuckDB: a great show and a year of evenings, made by import, then asked for cold."""
