"""Pictures of posts: sent by viewers, kept under names that nobody guesses, answered for while their post is approved, deleted with it."""

import secrets
from datetime import timedelta
from typing import Final

from server.access.roles import is_staff
from server.access.tokens import Identity
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.pictures.rules import CARD, ID_CHARACTERS, SHOWN_WIDTH, file_of
from server.pictures.service import Pictures
from server.posts.approval import Approvals
from server.posts.faces import PREFIX
from server.posts.files_repository import (
    claim_dropped,
    drop_unused,
    forget_dropped,
    insert_upload,
    is_upload,
)
from server.posts.owners import read_ids_in
from server.posts.repository import read_posts
from server.posts.tables import PostUploadRow
from server.protocol.codes import Code

UNUSED_FOR: Final = timedelta(hours=1)
"""So long a picture that was sent is kept until it is in a post."""
TRY_AGAIN: Final = timedelta(minutes=1)
"""After which a deletion that did not end is tried again."""
DROPPED_AT_ONCE: Final = 20


class PostPictures:
    """See the module. `pictures` renders and has the store."""

    def __init__(self, database: Database, clock: Clock, pictures: Pictures) -> None:
        self._database = database
        self._clock = clock
        self._pictures = pictures
        self._approvals = Approvals(database)

    @property
    def bytes_max(self) -> int:
        """How many bytes a picture may have."""
        return self._pictures.bounds.bytes_max

    async def send(self, channel_id: str, viewer_id: str, content: bytes) -> PostUploadRow:
        """Take a picture for a post; raises `picture_unreadable`, `picture_too_large`, `busy` and `unavailable`."""
        rendered = await self._pictures.render(content, of_many=True)
        id = secrets.token_hex(ID_CHARACTERS // 2)
        row = PostUploadRow(
            id=id,
            channel_id=channel_id,
            viewer_id=viewer_id,
            width=rendered.width,
            height=rendered.height,
            at=self._clock.now(),
        )
        # The row first: what is written without one would never be deleted.
        async with self._database.write_soon() as connection:
            await insert_upload(connection, row)
        await self._pictures.files.write(_place(id), rendered.files)
        async with self._database.read_soon() as connection:
            kept = await is_upload(connection, id)
        if not kept:  # its sender was erased meanwhile, and the files may have come after their deletion
            await self._pictures.files.delete(_place(id))
        return row

    async def read_public(self, name: str) -> bytes:
        """Return the file that the last part of an address names, as long as its post is approved; raises `not_found`, `unavailable`."""
        found = file_of(name)
        if found is None or not await self.may_be_seen(name):
            raise RefusedError(Code.NOT_FOUND)
        return await self._read(name)

    async def may_be_seen(self, name: str) -> bool:
        """Whether everybody may see the file now, whichever process has changed that."""
        found = file_of(name)
        if found is None:
            return False
        seen = await self._approvals.may_be_seen(found[0])
        if not seen:
            self._pictures.files.forget(_place(found[0]))
        return seen

    async def read_for(self, reader: Identity, post_id: str) -> bytes:
        """Return the picture of a post for its author, or for staff of its channel; raises `not_found` for everybody else."""
        async with self._database.read_soon() as connection:
            post = (await read_posts(connection, [post_id])).get(post_id)
            theirs = post is not None and (
                (is_staff(reader.role) and post.channel_id == reader.channel_id)
                or post.viewer_id in await read_ids_in(connection, post.show_id, reader)
            )
        if post is None or post.picture is None or not theirs:
            raise RefusedError(Code.NOT_FOUND)
        return await self._read(f"{post.picture.id}-{SHOWN_WIDTH}.webp")

    async def drop_due(self) -> None:
        """Delete the files of what was taken back, and of what was sent and never used."""
        now = self._clock.now()
        async with self._database.write_soon() as connection:
            await drop_unused(connection, now - UNUSED_FOR, now)
            due = await claim_dropped(connection, now, now + TRY_AGAIN, DROPPED_AT_ONCE)
        for id in due:
            await self._pictures.files.delete(_place(id))
        if due:
            async with self._database.write_soon() as connection:
                await forget_dropped(connection, due)

    async def read_card(self, picture_id: str) -> bytes | None:
        """Return the largest rendering of a picture, for the person whose it is; None where its files are gone."""
        return await self._pictures.files.read(f"{_place(picture_id)}-{CARD}")

    async def _read(self, name: str) -> bytes:
        content = await self._pictures.files.read(f"{PREFIX}/{name}")
        if content is None:
            raise RefusedError(Code.NOT_FOUND)
        return content


def _place(picture_id: str) -> str:
    return f"{PREFIX}/{picture_id}"
