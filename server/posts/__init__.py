"""Viewers' own posts: a picture or a few words of somebody who uses a product, shown with their consent once staff have seen it."""
