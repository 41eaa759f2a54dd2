"""Who is there: signed identities, roles, sign-in codes. A viewer has no row; the token is the identity, the ledger the memory."""
