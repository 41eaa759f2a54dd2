"""A bucket in this process that speaks as much of S3's language as pictures and sealed files need, by HTTP, and asks for a signature."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.eventually import eventually
from tests.support.live_server import without_signals

MISSING = b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>none</Message></Error>'


class Bucket:
    """Objects by path (`/bucket/prefix/name`), and how often they were asked for."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.reads = 0
        self.address = ""

    async def answer(self, request: Request) -> Response:
        """Answer PUT, GET, and HEAD of an object, GET of a list, and POST of what is to be deleted."""
        if not request.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 Credential=the-key/"):
            return Response(status_code=403)
        path = request.url.path
        if request.method == "PUT":
            self.objects[path] = await request.body()
            return Response(headers={"ETag": '"1"'})
        if request.method == "POST":
            return Response(self._delete(path, (await request.body()).decode()), media_type="application/xml")
        if "list-type" in request.query_params:
            return Response(
                self._list(path, request.query_params.get("prefix", "")), media_type="application/xml"
            )
        if path not in self.objects:
            return Response(MISSING, 404, media_type="application/xml")
        self.reads += 1
        headers = {"ETag": '"1"', "Last-Modified": "Thu, 26 Nov 2026 08:00:00 GMT"}
        return Response(self.objects[path], headers=headers)

    def _delete(self, bucket: str, wanted: str) -> str:
        keys = re.findall(r"<Key>(.*?)</Key>", wanted)
        for key in keys:
            self.objects.pop(f"{bucket.rstrip('/')}/{key}", None)
        deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        return f'<?xml version="1.0"?><DeleteResult>{deleted}</DeleteResult>'

    def _list(self, bucket: str, prefix: str) -> str:
        keys = [each.removeprefix(bucket.rstrip("/") + "/") for each in self.objects]
        found = "".join(
            f"<Contents><Key>{key}</Key><LastModified>2026-11-26T08:00:00.000Z</LastModified><ETag>1</ETag><Size>1</Size></Contents>"
            for key in keys
            if key.startswith(prefix)
        )
        return f'<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>'

    @property
    def environment(self) -> dict[str, str]:
        """What the environment must say for the bucket to be found."""
        return {
            "AWS_ENDPOINT_URL": f"http://{self.address}",
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "the-key",
            "AWS_SECRET_ACCESS_KEY": "the-secret",
        }


@asynccontextmanager
async def open_bucket() -> AsyncIterator[Bucket]:
    """Serve an empty bucket."""
    bucket, listening = Bucket(), socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/{path:path}", bucket.answer, methods=["GET", "HEAD", "PUT", "POST"])])
    bucket.address = f"127.0.0.1:{listening.getsockname()[1]}"
    server = without_signals(uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off")))
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="bucket")
    try:
        await eventually(lambda: server.started)
        yield bucket
    finally:
        server.should_exit = True
        await serving
        listening.close()
