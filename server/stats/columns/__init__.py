"""The wide rows as columns: a show's rows as arrays, from SQL or from a file that is kept, and people counted over many shows."""
