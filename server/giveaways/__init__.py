"""Giveaways: entered by a task in a show, drawn by a seed that was committed to before, so that everybody can repeat the draw."""
