"""Polls."""

from typing import Final

from server.transcript.kind import Kind, show_ms

KIND: Final = Kind(
    "polls",
    "every poll with its choices and exact counts, choice by choice; `right_choice` of a quiz counts from 0",
    f"""
    SELECT p.id AS poll, p.created_at AS at, p.opened_at, {show_ms("p.opened_at")} AS show_ms, p.closed_at, p.ended, p.kind, p.question,
           p.choices, p.right_choice, p.counts, p.voters, p.apart, p.state, p.results, p.changeable
    FROM poll AS p JOIN show AS s ON s.id = p.show_id WHERE p.show_id = :show ORDER BY p.id
    """,
)
