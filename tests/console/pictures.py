"""Pictures of screens: taken small, kept in the repository, and compared with some tolerance."""

import io
import os
import subprocess
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Page

KEPT: Final = Path(__file__).parent / "pictures"
SHOWN: Final = Path(__file__).parents[2] / "docs" / "images"
RENEW: Final = bool(os.environ.get("TOCSIN_RENEW_PICTURES"))
"""Write what is seen instead of comparing it, and the pictures of the README with it."""
FONT: Final = "DejaVu Sans"
SHRINK: Final = 2
COLOURS: Final = 48
DIFFERENT: Final = 48
"""How far a point's brightness may be off, of 255, before it counts."""
SHARE_MAX: Final = 0.015
_LOOK: Final = f"""
  *, *::before, *::after {{
    font-family: '{FONT}' !important;
    animation: none !important;
    transition: none !important;
    caret-color: transparent !important;
  }}
"""


def has_font() -> bool:
    listed = subprocess.run(["fc-list", FONT], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def settle(page: Page) -> None:
    """The same letters on every machine, and nothing that moves."""
    page.add_style_tag(content=_LOOK)
    page.evaluate("document.fonts.ready.then(() => document.activeElement?.blur())")


def compare(page: Page, name: str) -> None:
    """Fails where the screen differs visibly from the picture of that name, and leaves the new one
    beside it."""
    seen = _small(page.screenshot())
    file = KEPT / f"{name}.png"
    if RENEW:
        KEPT.mkdir(exist_ok=True)
        seen.quantize(COLOURS).save(file, optimize=True)
        return
    kept = Image.open(file).convert("RGB")
    share = _difference(kept, seen)
    if share > SHARE_MAX:
        other = KEPT / f"{name}.seen.png"
        seen.quantize(COLOURS).save(other, optimize=True)
        raise AssertionError(
            f"{share:.1%} of {name} look different: compare {file} with {other}; if it is meant,"
            " `make pictures` takes them anew"
        )


def show(page: Page, name: str) -> None:
    """The picture of a screen for the README, written only when pictures are renewed."""
    if RENEW:
        SHOWN.mkdir(exist_ok=True)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        picture.quantize(128).save(SHOWN / f"{name}.png", optimize=True)


def _small(taken: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    return picture.resize((picture.width // SHRINK, picture.height // SHRINK), Image.Resampling.BOX)


def _difference(kept: Image.Image, seen: Image.Image) -> float:
    """The share of points that differ; blurred first, as edges of letters vary by machine."""
    if kept.size != seen.size:
        return 1.0
    soft = [one.filter(ImageFilter.GaussianBlur(1.5)) for one in (kept, seen)]
    bright = ImageChops.difference(*soft).convert("L").histogram()
    return sum(bright[DIFFERENT:]) / (seen.width * seen.height)
