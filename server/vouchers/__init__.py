"""Vouchers: a code that makes what is paid at once cheaper, or its shipping free; how often it may be used, SQL alone says."""
