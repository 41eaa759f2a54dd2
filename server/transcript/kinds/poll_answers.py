"""What viewers voted in polls."""

from typing import Final

from server.transcript.kind import Kind, Person, show_ms

KIND: Final = Kind(
    "poll_answers",
    "each viewer's newest vote in each poll, choices from 0 and in words; `apart`: in no count",
    f"""
    SELECT v.poll_id AS poll, v.at, {show_ms("v.at")} AS show_ms, v.changed_at, v.viewer_id AS viewer, v.choices,
           ARRAY(SELECT p.choices[picked.choice + 1] FROM unnest(v.choices) WITH ORDINALITY AS picked (choice, nth)
                 ORDER BY picked.nth) AS picked,
           v.apart
    FROM poll_vote AS v JOIN poll AS p ON p.id = v.poll_id JOIN show AS s ON s.id = v.show_id
    WHERE v.show_id = :show ORDER BY v.at, v.poll_id, v.viewer_id
    """,
    people=(Person("viewer"),),
)
