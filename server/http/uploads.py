"""Bodies of requests that are files."""

from fastapi import Request


async def read_body(request: Request, bytes_max: int) -> bytes:
    """Return the whole body; stops reading above `bytes_max`, which is refused by its length then."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > bytes_max:
            break
    return bytes(content)
