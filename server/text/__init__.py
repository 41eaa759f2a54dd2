"""What people write and what they call themselves: made safe to keep, measured, compared. Pure."""

from server.text.writing import clean_line, clean_text

__all__ = ["clean_line", "clean_text"]
