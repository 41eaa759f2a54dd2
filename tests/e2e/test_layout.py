"""On no width that people have does a page scroll sideways, cut a text off, break a word, or lay one control on another."""

import pytest

from tests.support.browser import Desk
from tests.support.layout import find_layout_faults

SOUND = "<button style='width:200px'>Oldest</button><p style='width:90px'>A text that breaks between its words.</p>"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<div style='width:2000px;height:1px'></div>", "scrolls sideways"),
        ("<button style='width:40px;word-break:break-all;padding:0'>Oldest first</button>", "breaks inside"),
        (
            "<span class='badge' style='display:block;width:16px;word-break:break-all'>200</span>",
            "breaks inside",
        ),
        ("<p style='width:50px;overflow:hidden;white-space:nowrap'>A long word</p>", "cut off at the side"),
        (
            "<h1 style='width:0;padding-left:9px;overflow:hidden;white-space:nowrap;text-overflow:ellipsis'>A title</h1>",
            "nothing left to read",
        ),
        ("<p style='height:10px;overflow:hidden'>Tall</p>", "cut off above or below"),
        (
            "<button style='width:30px;white-space:nowrap;padding:0'>Answered live</button>",
            "runs out of its control",
        ),
        (
            "<button style='margin:0'>One control</button><button style='margin:0 0 0 -30px'>Another</button>",
            "lies on another",
        ),
        ("<button style='position:fixed;left:340px;width:60px'>Close</button>", "beyond the edge"),
        (
            "<span>A long name of a host</span><button style='margin-left:-60px'>Buy</button>",
            "text under a control",
        ),
    ],
)
async def test_the_probe_sees_each_kind_of_fault(desk: Desk, body: str, fault: str) -> None:
    page = await desk.open("phone")
    await page.set_content(f"<!doctype html><meta name=viewport content='width=device-width'>{SOUND}")
    assert await find_layout_faults(page) == []
    await page.set_content(f"<!doctype html><meta name=viewport content='width=device-width'>{SOUND}{body}")
    assert [each for each in await find_layout_faults(page) if each.startswith(fault)] != []
