"""A viewer who joins and then reads nothing, with as small a buffer of its own as the kernel allows."""

import asyncio
import socket

HANDSHAKE = (
    "GET /v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PATIENCE_SECONDS = 30.0


class StuckViewer:
    """Joins and then reads nothing until told to."""

    def __init__(self, address: str) -> None:
        host, _, port = address.partition(":")
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.setblocking(False)
        self.at = (host, int(port))

    async def join(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self.socket, self.at)
        await loop.sock_sendall(self.socket, HANDSHAKE.encode())
        await loop.sock_recv(self.socket, 300)
        line = b'{"type":"join","show":"demo"}'
        await loop.sock_sendall(self.socket, bytes((0x81, 0x80 | len(line))) + bytes(4) + line)

    async def reads(self, words: bytes) -> bool:
        """Read on until these words came; False when the connection or patience ends before."""
        loop, read = asyncio.get_running_loop(), bytearray()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while words not in read and (chunk := await loop.sock_recv(self.socket, 1 << 20)):
                    read += chunk
        except (TimeoutError, ConnectionError):
            pass
        return words in read
