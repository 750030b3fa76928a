"""The main screens as pictures. Where browser or fonts are not those of the pictures, their outlines are held alone.

`TOSSIM_GOLDEN=write ./tossim test tests/browser/test_golden.py` draws them anew; look at them before you commit them.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from game.models import Match
from tests.browser.test_watching import archive
from tests.browser.visitor import Visitor
from tests.stack import Stack

Visit = Callable[..., Visitor]
FOLDER = Path(__file__).parent / "golden"
KEY = FOLDER / "key.json"
FAR = 48
"""How far a colour may be off, of 255 in each channel: letters' edges differ that much between two processors."""
SHARE = 0.005
"""The share of pixels that may be farther off."""
NOW = "2026-01-01T12:00:00Z"
STEADY = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('header .link, [role=timer] { visibility: hidden !important }');
  document.adoptedStyleSheets = [sheet];
}"""
"""What differs from run to run (the connection's lag, a running clock) is not drawn."""
OUTLINE = """() => {
  const parts = 'header, main, nav, aside, section, form, h1, h2, h3, [role=log], [role=tab], [role=dialog], select';
  const shown = (one) => one.checkVisibility({visibilityProperty: true});
  const name = (one) => one.getAttribute('aria-label') ?? (/^H\\d$|BUTTON/.test(one.tagName) ? one.textContent : '');
  const kind = (one) => one.getAttribute('role') ?? one.tagName.toLowerCase();
  const rows = [...document.querySelectorAll(parts)].filter(shown)
    .map((one) => `${kind(one)} ${name(one)}`.replace(/\\s+/g, ' ').trim());
  const counts = ['a', 'button', 'input', 'li', '.line']
    .map((one) => `${[...document.querySelectorAll(one)].filter(shown).length} ${one}`);
  return [...rows, counts.join(', ')].join('\\n') + '\\n';
}"""
"""Landmarks and headings in their order, and how much there is of what."""
FONTS = """() => {
  const pen = document.createElement('canvas').getContext('2d');
  return ['system-ui', 'Georgia, serif', 'ui-monospace, monospace'].map((family) => {
    pen.font = `20px ${family}`;
    return pen.measureText('Town of Salem ☾ ⌂ ♠ ✶ ◇ 0123').width;
  });
}"""
"""Widths of the same words in the page's fonts: others are other fonts."""
COMPARE = """async ([one, two, far]) => {
  const [a, b] = await Promise.all([one, two].map(async (text) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))]));
    const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
    pen.drawImage(image, 0, 0);
    return pen.getImageData(0, 0, image.width, image.height);
  }));
  if (a.width !== b.width || a.height !== b.height) return 1;
  let off = 0;
  for (let i = 0; i < a.data.length; i += 4)
    off += Math.max(...[0, 1, 2].map((at) => Math.abs(a.data[i + at] - b.data[i + at]))) > far;
  return off / (a.width * a.height);
}"""


def home(page: Page, match: Match) -> None:
    """The home page with one finished match."""
    page.goto("/")
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()


def table(page: Page, match: Match) -> None:
    """A moment by day, as the all-knowing see it."""
    page.goto(f"/m/{match.pk}?as=god&at=150")
    expect(page.get_by_role("slider", name="Moment of the match")).to_have_value("150")


def night(page: Page, match: Match) -> None:
    """A night, as one seat saw it."""
    page.goto(f"/m/{match.pk}?as=3&at=47")
    expect(page.get_by_role("slider", name="Moment of the match")).to_have_value("47")
    expect(page.get_by_role("region", name="Now").get_by_role("heading", name="Night 2")).to_be_attached()
    expect(page.get_by_role("tab", name="Role", exact=True, include_hidden=True)).to_be_attached()


def end(page: Page, match: Match) -> None:
    """The end, with every role."""
    page.goto(f"/m/{match.pk}")
    expect(page.get_by_text("Winners:")).to_be_visible()


def text_mode(page: Page, match: Match) -> None:
    """The table as text."""
    page.goto(f"/m/{match.pk}?text=1&at=150")
    expect(page.get_by_role("button", name="Leave text mode")).to_be_attached()
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_text(re.compile(r"^(Day|Night) \d"))


def making(page: Page, match: Match) -> None:
    """Where a match is made."""
    page.goto("/new")
    expect(page.get_by_role("status")).to_contain_text("15 players")


def rules(page: Page, match: Match) -> None:
    """The rulebook."""
    page.goto("/rules")
    expect(page.get_by_role("heading", name="Sheriff").first).to_be_attached()


LOOKS: dict[str, tuple[Any, int, int]] = {"desk": ("dark", 1280, 800), "phone": ("light", 390, 844)}
SHOTS = [
    (home, "desk"), (home, "phone"), (table, "desk"), (table, "phone"), (night, "phone"), (end, "desk"),
    (text_mode, "desk"), (making, "desk"), (making, "phone"), (rules, "phone"),
]  # fmt: skip


@pytest.fixture
def key(browser: Browser, page: Page) -> dict[str, Any]:
    """What decides how letters are drawn here."""
    return {"chromium": browser.version.partition(".")[0], "fonts": page.evaluate(FONTS)}


@pytest.fixture
def match(stack: Stack) -> Match:
    """The finished match that is shipped, with the same number every time."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE game_match_id_seq RESTART WITH 7")
    return archive()


@pytest.mark.parametrize(("screen", "look"), SHOTS, ids=lambda part: part if isinstance(part, str) else part.__name__)
def test_a_main_screen_looks_as_it_did(
    screen: Callable[[Page, Match], None], look: str, visit: Visit, key: dict[str, Any], match: Match
) -> None:
    scheme, width, height = LOOKS[look]
    page = visit(width=width, height=height).page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.clock.set_fixed_time(NOW)
    screen(page, match)
    expect(page.get_by_role("button", name="Switch between dark and light")).to_be_visible()
    page.evaluate(STEADY)
    outline, drawn = page.evaluate(OUTLINE), page.screenshot(animations="disabled")
    text, picture = FOLDER / f"{screen.__name__}-{look}.txt", FOLDER / f"{screen.__name__}-{look}.png"
    if os.environ.get("TOSSIM_GOLDEN") == "write":
        text.write_text(outline, "utf-8")
        picture.write_bytes(drawn)
        KEY.write_text(json.dumps(key) + "\n", "utf-8")
    assert outline == text.read_text("utf-8")
    if json.loads(KEY.read_text("utf-8")) == key:
        off = page.evaluate(COMPARE, [*(base64.b64encode(one).decode() for one in (picture.read_bytes(), drawn)), FAR])
        assert off <= SHARE, f"{off:.2%} of {picture.name} look different"
