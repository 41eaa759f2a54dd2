"""The pulse of a room: the last value wins, only what changed is told, and no tap is lost or shown twice."""

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from server.hub.pulse import RoomPulse

KINDS = ("heart", "clap", "fire")


def told(pulse: RoomPulse) -> dict[str, Any]:
    line = pulse.take_line()
    assert line is not None
    found: dict[str, Any] = json.loads(line)
    assert found.pop("type") == "pulse"
    return found


def test_only_what_changed_is_told() -> None:
    pulse = RoomPulse()
    pulse.learn({"heart": 3, "clap": 1}, viewers=2)
    assert told(pulse) == {"reactions": {"clap": 1, "heart": 3}, "viewers": 2}
    assert pulse.take_line() is None
    pulse.learn({"heart": 4, "clap": 1}, viewers=2)
    pulse.learn_stock("p_1", 7)
    assert told(pulse) == {"reactions": {"heart": 4}, "stock": {"p_1": 7}}
    pulse.learn({"heart": 4, "clap": 1}, viewers=1)
    assert told(pulse) == {"viewers": 1}


def test_of_several_values_the_last_one_is_told() -> None:
    pulse = RoomPulse()
    for n in range(5):
        pulse.learn({"heart": n}, viewers=n)
        pulse.learn_stock("p_1", 9 - n)
    assert told(pulse) == {"reactions": {"heart": 4}, "viewers": 4, "stock": {"p_1": 5}}


def test_whoever_joins_reads_everything() -> None:
    pulse = RoomPulse()
    pulse.learn({"heart": 3}, viewers=2)
    pulse.take_line()
    whole = {"type": "pulse", "reactions": {"heart": 3}, "viewers": 2}
    assert json.loads(pulse.whole_line()) == whole | {"degraded": False}
    pulse.learn_alone({}, viewers=1)
    assert json.loads(pulse.whole_line()) == whole | {"viewers": 1, "degraded": True}


def test_alone_it_says_so_and_shows_its_own_taps_at_once() -> None:
    pulse = RoomPulse()
    pulse.learn({"heart": 10}, viewers=50)
    pulse.take_line()
    pulse.tally("heart", 2)
    pulse.learn_alone(pulse.take_added(), viewers=5)
    assert told(pulse) == {"reactions": {"heart": 12}, "viewers": 5, "degraded": True}
    pulse.learn_alone(pulse.take_added(), viewers=5)
    assert pulse.take_line() is None
    assert pulse.take_added() == {"heart": 2}, "they travel when the others can be heard again"
    pulse.learn({"heart": 13}, viewers=50)
    assert told(pulse) == {"reactions": {"heart": 13}, "viewers": 50, "degraded": False}


taps = st.tuples(st.sampled_from(KINDS), st.integers(1, 50))


@given(st.lists(st.one_of(taps, st.sampled_from(["tick", "away"])), max_size=40))
def test_no_tap_is_lost_or_shown_twice_whenever_the_others_go_and_come(steps: list[Any]) -> None:
    pulse, everywhere, tapped = RoomPulse(), dict.fromkeys(KINDS, 100), dict.fromkeys(KINDS, 100)
    pulse.learn(dict(everywhere), viewers=1)
    for step in [*steps, "tick"]:
        if step == "tick":
            for kind, n in pulse.take_added().items():
                everywhere[kind] += n
            pulse.learn(dict(everywhere), viewers=1)
            assert everywhere == tapped
        elif step == "away":
            pulse.learn_alone(pulse.take_added(), viewers=1)
            assert pulse.reactions == tapped
        else:
            pulse.tally(*step)
            tapped[step[0]] += step[1]
    assert pulse.reactions == tapped


moves = st.one_of(taps, st.sampled_from(["tick", "away", "told", "joins"]))


@example(steps=["away", "joins", "tick"], was_degraded=False)
@given(st.lists(moves, max_size=40), st.booleans())
def test_who_keeps_what_a_pulse_leaves_out_knows_what_the_room_knows(
    steps: list[Any], was_degraded: bool
) -> None:
    """Also one who comes from another process, and brings along what they heard there."""
    pulse, everywhere = RoomPulse(), dict.fromkeys(KINDS, 0)
    pulse.learn(dict(everywhere), viewers=0)
    heard: dict[str, Any] = {"viewers": 99, "degraded": was_degraded, "reactions": {"heart": 1}}
    for step in ["joins", *steps, "told"]:
        line = None
        if step == "tick":
            for kind, n in pulse.take_added().items():
                everywhere[kind] += n
            pulse.learn(dict(everywhere), viewers=2)
        elif step == "away":
            pulse.learn_alone(pulse.take_added(), viewers=1)
        elif step == "told":
            line = pulse.take_line()
        elif step == "joins":
            line = pulse.whole_line()
        else:
            pulse.tally(*step)
        said = json.loads(line or b"{}")
        heard |= said | {"reactions": heard["reactions"] | said.get("reactions", {})}
    assert (heard["viewers"], heard["degraded"]) == (pulse.viewers, pulse.degraded)
    assert heard["reactions"] == pulse.reactions
