"""The words of a PDF, page by page."""

import io

from pypdf import PdfReader


def words_of(pdf: bytes) -> list[str]:
    """Return what somebody copies out of each page. The reader puts a zero before letters whose codes have one byte."""
    return [page.extract_text().replace("\x00", "") for page in PdfReader(io.BytesIO(pdf)).pages]
