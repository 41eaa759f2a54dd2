"""Feeds: a channel's products as files of shops and search engines have them, read with a preview and written."""
