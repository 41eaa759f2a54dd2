"""Surveys and reviews: prepared, opened to everybody in a show, answered once; what buyers say of a product, moderated."""
