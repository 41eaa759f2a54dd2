"""Who is answering which question: the board of one show."""

from server.protocol.question_lines import AnsweringBy
from server.questions.answering import FOR_SECONDS, AnsweringBoard, Sign

KENTA, AOI = AnsweringBy("m_kenta", "Kenta"), AnsweringBy("m_aoi", "Aoi")


def sign(question: str | None, who: AnsweringBy = KENTA, connection: str = "c1") -> Sign:
    return Sign(connection, who.viewer, who.name, question)


def test_a_connection_answers_one_question() -> None:
    board = AnsweringBoard()
    assert board.hear(sign("q1"), 0) == ["q1"]
    assert board.hear(sign("q2"), 1) == ["q1", "q2"]
    assert board.answering("q1", 1) == []
    assert board.answering("q2", 1) == [KENTA]


def test_whoever_answers_in_two_tabs_is_named_once_and_until_both_are_done() -> None:
    board = AnsweringBoard()
    board.hear(sign("q1"), 0)
    board.hear(sign("q1", connection="c2"), 0)
    board.hear(sign("q1", AOI, connection="c3"), 0)
    assert board.answering("q1", 0) == [AOI, KENTA]
    board.hear(sign(None), 1)
    assert board.answering("q1", 1) == [AOI, KENTA]
    board.hear(sign(None, connection="c2"), 1)
    assert board.answering("q1", 1) == [AOI]


def test_what_is_not_said_again_runs_out() -> None:
    board = AnsweringBoard()
    board.hear(sign("q1"), 0)
    assert board.questions(FOR_SECONDS - 0.1) == ["q1"]
    board.hear(sign("q1"), 10)
    assert board.answering("q1", FOR_SECONDS) == [KENTA]
    assert board.questions(10 + FOR_SECONDS) == []
    assert board.hear(sign(None), 10 + FOR_SECONDS) == []
