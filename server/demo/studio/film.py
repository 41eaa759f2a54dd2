"""Make the demo's clip anew: `python -m server.demo.studio.film` (needs Chromium with WebGL and ffmpeg; takes half an hour).

With the name of a file, draw one frame into it and stop. Nothing here runs in the product: the results are kept in
`server/demo/media/`, and its README says how.
"""

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

STUDIO = Path(__file__).parent
MEDIA = STUDIO.parent / "media"
WIDTH, HEIGHT = 720, 1280
FRAMES_PER_SECOND = 24
SECONDS = 14
CHROMIUM_ARGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic"]
ENCODE = [
    *[
        "-c:v",
        "libx264",
        "-profile:v",
        "baseline",
        "-level",
        "3.1",
        "-preset",
        "veryslow",
        "-tune",
        "animation",
    ],
    *["-crf", "25", "-g", "96", "-keyint_min", "96", "-sc_threshold", "0", "-pix_fmt", "yuv420p"],
    *["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-movflags", "+faststart"],
]


def main() -> None:
    """Draw every frame, encode the clip, cut it for HLS, and keep one frame as the poster."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_ARGS)
        page = browser.new_page()
        page.goto((STUDIO / "scene.html").as_uri())
        if len(sys.argv) > 1:
            Path(sys.argv[1]).write_bytes(draw(page, 0.08))
        else:
            encode(
                draw(page, frame / (FRAMES_PER_SECOND * SECONDS))
                for frame in range(FRAMES_PER_SECOND * SECONDS)
            )
            cut()
        browser.close()


def draw(page: Page, turn: float) -> bytes:
    """Return the studio as a PNG, `turn` (0 to 1) of the way through the clip."""
    picture: str = page.evaluate("([w, h, t]) => picture(w, h, t)", [WIDTH, HEIGHT, turn])
    return base64.b64decode(picture)


def encode(frames: Iterator[bytes]) -> None:
    """Write `demo.mp4` from PNG frames."""
    command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "image2pipe", "-framerate", str(FRAMES_PER_SECOND)]
    command += [
        "-c:v",
        "png",
        "-i",
        "-",
        "-vf",
        "scale=out_color_matrix=bt709",
        *ENCODE,
        str(MEDIA / "demo.mp4"),
    ]
    ffmpeg = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert ffmpeg.stdin is not None  # asked for above
    for frame in frames:
        ffmpeg.stdin.write(frame)
    ffmpeg.stdin.close()
    if ffmpeg.wait() != 0:
        raise SystemExit("ffmpeg could not encode the clip")


def cut() -> None:
    """Cut the clip into HLS segments without encoding it again, and take the poster from its first second."""
    clip = str(MEDIA / "demo.mp4")
    hls = [
        "-c",
        "copy",
        "-f",
        "hls",
        "-hls_time",
        "4",
        "-hls_playlist_type",
        "vod",
        "-hls_flags",
        "independent_segments",
    ]
    names = ["-hls_segment_filename", str(MEDIA / "demo-%d.ts"), str(MEDIA / "demo.m3u8")]
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-i", clip, *hls, *names], check=True)
    poster = ["-ss", "0.9", "-i", clip, "-frames:v", "1", "-q:v", "5", str(MEDIA / "poster.jpg")]
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", *poster], check=True)


if __name__ == "__main__":
    main()
