"""The model of docs/scale.md: the page shows what it says, and it behaves as the hub does."""

from dataclasses import replace
from pathlib import Path

import pytest

from loadtests.scale.figures import Figures, from_bench, read_figures, write_figures
from loadtests.scale.page import PAGE, written
from loadtests.scale.plan import ledger_rows, plan, processes_at_most, redis_share, viewers_at_most
from loadtests.scale.rounds import simulate
from loadtests.scale.show import LIVELY, RULES, SIZES

QUIET = replace(LIVELY, publications_per_second=0.0)


@pytest.fixture(scope="module")
def figures() -> Figures:
    return read_figures()


def test_the_page_shows_the_tables_as_the_model_makes_them(figures: Figures) -> None:
    text = PAGE.read_text("utf-8")
    assert written(text, figures) == text, "run `python -m loadtests.scale write`"


def test_the_figures_survive_being_written(figures: Figures, tmp_path: Path) -> None:
    write_figures(figures, tmp_path / "measured.toml")
    assert read_figures(tmp_path / "measured.toml") == figures


def test_a_run_without_all_rows_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text('[{"at": "", "machine": "", "peers": []}]')
    with pytest.raises(ValueError, match="no complete row"):
        from_bench(tmp_path / "results.json")


def test_a_quiet_room_has_one_round_for_each_tick() -> None:
    rounds = simulate(QUIET, 1_000, 10.0)
    assert rounds.per_second == pytest.approx(4.0, abs=0.1)
    assert rounds.busy_share == pytest.approx(4 * 1_000 * 10e-6, rel=0.05)
    assert rounds.p50_ms < 10.0


def test_a_busy_room_has_a_round_in_40_ms_whatever_is_published() -> None:
    busy = simulate(replace(LIVELY, publications_per_second=300.0), 1_000, 10.0)
    busier = simulate(replace(LIVELY, publications_per_second=3_000.0), 1_000, 10.0)
    assert busy.per_second == pytest.approx(25.0, rel=0.05)
    assert busier.per_second == pytest.approx(25.0, rel=0.05)
    assert busier.busy_share == pytest.approx(busy.busy_share, rel=0.05)
    assert busier.bytes_per_viewer > 8 * busy.bytes_per_viewer


def test_a_round_longer_than_the_wait_makes_the_next_one_wait_and_not_the_messages_pile_up() -> None:
    rounds = simulate(replace(LIVELY, publications_per_second=300.0), 10_000, 10.0)
    assert rounds.per_second == pytest.approx(10.0, rel=0.05)
    assert rounds.busy_share == pytest.approx(1.0, rel=0.05)
    assert rounds.p99_ms < 250.0


def test_other_work_makes_rounds_longer() -> None:
    assert simulate(LIVELY, 5_000, 10.0, other_share=0.5).p50_ms > simulate(LIVELY, 5_000, 10.0).p50_ms


def test_the_same_seed_gives_the_same_minute() -> None:
    assert simulate(LIVELY, 5_000, 10.0) == simulate(LIVELY, 5_000, 10.0)
    assert simulate(LIVELY, 5_000, 10.0) != simulate(LIVELY, 5_000, 10.0, seed=2)


def test_no_process_is_planned_fuller_than_the_rules_or_than_was_measured(figures: Figures) -> None:
    for viewers in SIZES:
        found = plan(figures, LIVELY, RULES, viewers)
        assert found.viewers_each <= figures.server.viewers
        assert found.rounds.busy_share <= RULES.cpu_share_max
        assert found.rounds.p99_ms <= RULES.p99_ms_max
        assert found.processes * found.viewers_each >= viewers


def test_the_hub_grows_with_the_viewers_and_no_faster(figures: Figures) -> None:
    each = viewers_at_most(figures, LIVELY, RULES)
    small, large = (plan(figures, LIVELY, RULES, each * n) for n in (4, 400))
    assert (small.processes, large.processes) == (4, 400)
    assert large.out_gbit == pytest.approx(100 * small.out_gbit)


def test_redis_grows_with_the_square_of_the_processes(figures: Figures) -> None:
    once, twice = (redis_share(figures, LIVELY, n, 0.0) for n in (500, 1_000))
    assert 3.0 < twice / once < 4.0
    most = processes_at_most(figures, LIVELY)
    assert redis_share(figures, LIVELY, most, 0.0) < 1.0 <= redis_share(figures, LIVELY, most + 1, 0.0)


def test_taps_within_a_flush_are_one_row() -> None:
    slow = replace(LIVELY, flush_seconds=60.0)
    assert ledger_rows(slow, 100_000) < ledger_rows(LIVELY, 100_000) / 5
    assert ledger_rows(LIVELY, 200_000) == pytest.approx(2 * ledger_rows(LIVELY, 100_000))
