"""The bench's page keeps what people wrote around its tables, and says what was not measured."""

from pathlib import Path

from loadtests.bench.page import write_page
from loadtests.bench.results import Delivery, Joins, PeerResult, Run, Weight
from loadtests.bench.sizes import QUICK


def delivery(cpu_us: float, *, delivered: int = 1000) -> Delivery:
    return Delivery(10, 20.0, 1000, delivered, cpu_us, {"python": cpu_us}, 1.0, 2.0, 3.0, 140.0, 0.1)


def peer(key: str, cpu_us: float, *, seconds: float = 1.0) -> PeerResult:
    return PeerResult(
        key,
        key,
        whole=key == "showfloor",
        slow=delivery(cpu_us),
        fast=delivery(cpu_us / 2, delivered=450),
        joins=[Joins(10, 0, seconds, 5.0, {}, 0.1)],
        room_weight=Weight(10, 4.0, 9.0, 50.0),
    )


def page_of(folder: Path, *peers: PeerResult) -> str:
    run = Run("2026-01-01", "a machine", 0.1, True, QUICK, list(peers))
    return write_page([run], folder).read_text()


def test_a_second_run_replaces_the_first_and_nothing_else(tmp_path: Path) -> None:
    page_of(tmp_path, peer("nchan", 11.5))
    page = tmp_path / "performance.md"
    page.write_text("above\n" + page.read_text() + "below\n")
    text = page_of(tmp_path, peer("nchan", 12.5))
    assert text.startswith("above\n")
    assert text.endswith("below\n")
    assert "12.5" in text
    assert "11.5" not in text


def test_a_ratio_is_taken_within_the_run(tmp_path: Path) -> None:
    text = page_of(tmp_path, peer("nchan", 10.0), peer("showfloor", 8.0, seconds=2.0))
    assert "| ≤ 1.2 × nchan | nchan 10.0 → **8.0** (0.80) | yes |" in text
    assert "→ **2.0** (2.00) | **no** |" in text


def test_runs_stand_side_by_side_and_a_goal_is_met_when_it_is_in_all(tmp_path: Path) -> None:
    runs = [
        Run(
            f"2026-01-01 0{n}:00 UTC",
            "a machine",
            0.1,
            True,
            QUICK,
            [peer("nchan", 10.0), peer("showfloor", us)],
        )
        for n, us in enumerate((8.0, 13.0, 9.0))
    ]
    cells = "nchan 10.0 → **8.0** (0.80) | nchan 10.0 → **13.0** (1.30) | nchan 10.0 → **9.0** (0.90) | **in 2 of 3** |"
    assert cells in write_page(runs, tmp_path).read_text()


def test_a_peer_that_is_missing_is_named_with_the_reason(tmp_path: Path) -> None:
    text = page_of(tmp_path, PeerResult("nchan", "nchan", not_here="apt-get install it"))
    assert "not here: apt-get install it" in text


def test_what_did_not_arrive_is_said(tmp_path: Path) -> None:
    assert "45%" in page_of(tmp_path, peer("nchan", 10.0))


def test_the_plot_has_a_line_for_each_measured_peer(tmp_path: Path) -> None:
    page_of(tmp_path, peer("nchan", 10.0), PeerResult("ws", "ws (Node)", not_here="no node"))
    plot = (tmp_path / "images" / "performance.svg").read_text()
    assert ">nchan<" in plot
    assert "ws (Node)" not in plot
