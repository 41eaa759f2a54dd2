"""Reviews: written by viewers, shown once they are approved, taken back by their author."""

from server.access.tokens import Identity
from server.http.versions import Match
from server.protocol.codes import Code
from server.surveys.review_rules import Opinion
from tests.support.stage import CHANNEL, ELSEWHERE, MODERATOR, SHOW, Stage, refused

ANY = Match(None)
WARM = Opinion(5, "Warm and light", "Anna")


def viewer(stage: Stage, *, role: str = "viewer") -> Identity:
    if role != "viewer":
        return stage.tokens.new_member(CHANNEL, role, name="Sora")  # type: ignore[arg-type]
    return stage.tokens.new_guest(CHANNEL, name=None, remember=False)


async def test_a_review_stands_on_the_card_once_it_is_approved_and_a_buyers_says_so(stage: Stage) -> None:
    anna, ben = viewer(stage), viewer(stage)
    await stage.buy(anna.viewer_id, "p_bowl")
    written = await stage.reviews.write(SHOW, "p_bowl", anna, WARM)
    await stage.reviews.write(SHOW, "p_bowl", ben, Opinion(2, "", None))
    assert (written.state, written.bought) == ("pending", True)
    page = await stage.reviews.page(SHOW, "p_bowl", anna, after=None, limit=10)
    assert (page.reviews, page.rating.n, page.own) == ([], 0, written)
    waiting = await stage.reviews.queue(CHANNEL, "pending", None, after=None, limit=10)
    for review in waiting:
        await stage.reviews.moderate(CHANNEL, MODERATOR, review.id, "approve", ANY)
    page = await stage.reviews.page(SHOW, "p_bowl", None, after=None, limit=10)
    assert [(r.stars, r.words, r.author, r.bought) for r in page.reviews] == [
        (2, "", None, False),
        (5, "Warm and light", "Anna", True),
    ]
    assert (page.rating.mean, page.rating.n, page.own) == (3.5, 2, None)
    assert {id: each.n for id, each in (await stage.reviews.ratings(SHOW)).items()} == {"p_bowl": 2}


async def test_a_refused_one_is_not_shown_and_both_can_be_undone(stage: Stage) -> None:
    review = await stage.reviews.write(SHOW, "p_bowl", viewer(stage), WARM)
    refused_one = await stage.reviews.moderate(CHANNEL, MODERATOR, review.id, "refuse", ANY, reason="rude")
    assert (refused_one.state, refused_one.reason) == ("refused", "rude")
    again = await stage.reviews.moderate(CHANNEL, MODERATOR, review.id, "restore", Match('"1"'))
    assert (again.state, again.reason, again.version) == ("pending", None, 2)
    with refused(Code.CONFLICT):
        await stage.reviews.moderate(CHANNEL, MODERATOR, review.id, "approve", Match('"1"'))
    with refused(Code.NOT_FOUND):
        await stage.reviews.moderate(ELSEWHERE, MODERATOR, review.id, "approve", ANY)
    assert [row.action for row in await stage.audits()] == ["review.refuse", "review.restore"]
    assert all("Warm" not in str(row.details) for row in await stage.audits())


async def test_its_author_changes_it_which_has_it_wait_again_and_takes_it_back(stage: Stage) -> None:
    anna = viewer(stage)
    review = await stage.reviews.write(SHOW, "p_bowl", anna, WARM)
    await stage.reviews.moderate(CHANNEL, MODERATOR, review.id, "approve", ANY)
    same = await stage.reviews.write(SHOW, "p_bowl", anna, WARM)
    assert (same.id, same.state) == (review.id, "approved"), "what is the same is not moderated again"
    changed = await stage.reviews.write(SHOW, "p_bowl", anna, Opinion(1, "Not any more", None))
    assert (changed.id, changed.state) == (review.id, "pending")
    await stage.reviews.take_back(SHOW, "p_bowl", anna)
    await stage.reviews.take_back(SHOW, "p_bowl", anna)
    assert await stage.reviews.queue(CHANNEL, None, None, after=None, limit=10) == []


async def test_what_the_show_does_not_sell_and_who_works_there_reviews_nothing(stage: Stage) -> None:
    for product in ("p_gone", "p_other", "p_nothing"):
        with refused(Code.NOT_FOUND):
            await stage.reviews.write(SHOW, product, viewer(stage), WARM)
    with refused(Code.FORBIDDEN):
        await stage.reviews.write(SHOW, "p_bowl", viewer(stage, role="moderator"), WARM)
