"""Who did what to what: a row for every moderation and money action of staff."""
