"""Comments: the light stream of a live chat. All are kept; when they come too fast to read, viewers are shown a part, by a rule."""
