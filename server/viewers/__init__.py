"""Who is there and what they do: joining, watching, reacting, sharing. A viewer has no row; the signed token is who they are."""
