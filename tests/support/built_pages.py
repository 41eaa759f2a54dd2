"""What a build leaves, without building: bare pages and the texts that the server puts into them."""

import shutil
from pathlib import Path

LOCALES = Path(__file__).parents[2] / "client_demo" / "shared" / "locales"
PAGE = '<!doctype html>\n<html lang="en"><head><title>Showfloor</title></head><body><div id="page"></div></body></html>\n'


def build_pages(folder: Path) -> Path:
    """Write bare pages into `folder`, which is made, and return it."""
    folder.mkdir(exist_ok=True)
    for name in ("index", "host", "analyst", "studio", "docs", "error"):
        (folder / f"{name}.html").write_text(PAGE)
    for language in ("en", "ja"):
        shutil.copy(LOCALES / f"served.{language}.json", folder)
    return folder
