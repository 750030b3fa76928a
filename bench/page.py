"""How heavy and how fast the page is: its bundle, first paint on a slow phone, a replay dragged through, a newcomer.

    ./tossim bench page [--runs 3] [--events 2000] [--json]

A site of its own is started, and Chromium looks at it. The slow phone is Lighthouse's mobile preset: 412 x 823 pixels,
150 ms until an answer begins, 1.6 Mbit/s down, 0.75 Mbit/s up, a processor four times slower, an empty cache. The
baselines, in the same run: the same pages without any of that, and a page of plain text from the same server. Medians
of all runs. Frames of a replay are those that the browser draws while its slider is dragged from the first event to the
last; their baseline is the same page with the pointer moved elsewhere.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from bench.site import long_match, running_site

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "frontend" / "dist"
PHONE = {"width": 412, "height": 823}
DESK = {"width": 1280, "height": 800}
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER = 4
"""How many times slower the phone's processor is."""
QUIET = 2000
"""ms without a long task and without a request, after which a page counts as loaded."""
DRAG = 240
"""Steps of the pointer from one end of the slider to the other."""

WATCH = """
window.seen = {fcp: null, lcp: null, cls: 0, tasks: [], busy: 0};
const look = (type, take) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({type, buffered: true});
look('paint', (entry) => { if (entry.name === 'first-contentful-paint') seen.fcp = entry.startTime; });
look('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime; });
look('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
look('longtask', (entry) => { seen.tasks.push([entry.startTime, entry.duration]); seen.busy = performance.now(); });
look('resource', () => { seen.busy = performance.now(); });
"""
LOADED = f"""() => document.readyState === 'complete' && performance.now() - seen.busy > {QUIET}"""
FIGURES = """() => {
  const parts = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  const own = parts.filter((one) => !one.name.includes('/api/'));
  return {
    fcp_ms: seen.fcp, lcp_ms: seen.lcp, cls: seen.cls, requests: own.length,
    tbt_ms: seen.tasks.filter(([at]) => at >= seen.fcp).reduce((sum, [, took]) => sum + Math.max(0, took - 50), 0),
    bytes: own.reduce((sum, one) => sum + one.transferSize, 0),
  };
}"""
FRAMES = """() => {
  const frames = window.frames_ = []; let last = performance.now();
  window.tasks_ = seen.tasks.length;
  const next = (now) => { frames.push(now - last); last = now; window.drawing = requestAnimationFrame(next); };
  window.drawing = requestAnimationFrame(next);
}"""
DRAWN = """() => {
  cancelAnimationFrame(drawing);
  return {frames: frames_.slice(2), tasks: seen.tasks.length - tasks_};
}"""
Figures = dict[str, Any]


def main() -> int:
    """Measure and print."""
    words = argparse.ArgumentParser(prog="bench page", description=__doc__.partition("\n")[0])
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--events", type=int, default=2000, help="length of the match that is dragged through")
    words.add_argument("--json", action="store_true")
    chosen = words.parse_args()
    if not (DIST / ".vite" / "manifest.json").exists():
        print("The page is not built: run ./tossim check, or `npm ci && npm run build` in frontend/.", file=sys.stderr)
        return 2
    with running_site() as stack, chromium() as browser:
        match = long_match(chosen.events)
        pages = {
            "home": ("/", ".card"), "match": (f"/m/{match.pk}?as=god", ".log .line"), "rules": ("/rules", "#sheriff"),
            "plain text": ("/robots.txt", "pre"),
        }  # fmt: skip
        stack.worker()
        found = {
            "cores": psutil.cpu_count(), "load_average": psutil.getloadavg()[0], "chromium": browser.version,
            "bundle": bundle(), "events": match.last_seq,
            "slow": {name: loads(browser, stack.url, page, chosen.runs, slow=True) for name, page in pages.items()},
            "fast": {name: loads(browser, stack.url, page, chosen.runs, slow=False) for name, page in pages.items()},
            "scrub": scrubbed(browser, stack.url + pages["match"][0], chosen.runs),
            "newcomer": newcomer(browser, stack.url),
        }  # fmt: skip
    print(json.dumps(found) if chosen.json else in_words(found))
    return 0


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the tests."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread; nothing runs in it
    with sync_playwright() as playwright:
        program = os.environ.get("TOSSIM_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


# The bundle -----------------------------------------------------------------------------------------------------------


def bundle() -> Figures:
    """The size of every file of the bundle, and of what a page loads of it."""
    manifest = json.loads((DIST / ".vite" / "manifest.json").read_text("utf-8"))
    files = sorted({name for chunk in manifest.values() for name in (chunk["file"], *chunk.get("css", ()))})
    sizes = {name: size(DIST / name) for name in files}
    main = next(key for key, chunk in manifest.items() if chunk.get("isEntry"))
    pages = {"home": "src/pages/Home.svelte", "match": "src/pages/Match.svelte"}
    loaded = {name: added(sizes, needed(manifest, main) | needed(manifest, key)) for name, key in pages.items()}
    return {"files": sizes, "all": added(sizes, files), **loaded}


def size(path: Path) -> Figures:
    """Bytes of a file as it is, by gzip, and by brotli as the build has made it."""
    raw, small = path.read_bytes(), path.with_name(f"{path.name}.br")
    brotli = small.stat().st_size if small.exists() else len(raw)
    return {"raw": len(raw), "gzip": len(gzip.compress(raw, 9)), "brotli": brotli}


def needed(manifest: Figures, key: str) -> set[str]:
    """The files of a chunk and of all that it imports."""
    chunk = manifest.get(key)
    if chunk is None:
        return set()
    rest = (needed(manifest, one) for one in chunk.get("imports", ()))
    return {chunk["file"], *chunk.get("css", ())}.union(*rest)


def added(sizes: Figures, names: Sequence[str] | set[str]) -> Figures:
    """The sizes of some files together."""
    return {kind: sum(sizes[name][kind] for name in names) for kind in ("raw", "gzip", "brotli")}


# Loading --------------------------------------------------------------------------------------------------------------


def loads(browser: Browser, url: str, page: tuple[str, str], runs: int, *, slow: bool) -> Figures:
    """The medians of several first visits. A page is its path and what stands on it when it is there."""
    all_runs = [load(browser, url + page[0], page[1], slow=slow) for _ in range(runs)]
    return {name: median(run[name] or 0 for run in all_runs) for name in all_runs[0]}


def load(browser: Browser, address: str, there: str, *, slow: bool) -> Figures:
    """One first visit."""
    phone = {"viewport": PHONE, "device_scale_factor": 1.75, "is_mobile": True, "has_touch": True}
    context = browser.new_context(**(phone if slow else {"viewport": DESK}))
    page = context.new_page()
    socket_bytes = [0]
    page.on("websocket", lambda socket: socket.on("framereceived", lambda text: heard(socket_bytes, text)))
    page.add_init_script(WATCH)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    if slow:
        wire.send("Network.emulateNetworkConditions", SLOW)
        wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address)
    page.locator(there).first.wait_for(timeout=120_000)
    page.wait_for_function(LOADED, timeout=120_000)
    found: Figures = page.evaluate(FIGURES)
    context.close()
    return {**found, "socket_bytes": socket_bytes[0]}


def heard(total: list[int], text: str | bytes) -> None:
    """Count what came by a socket."""
    total[0] += len(text)


# Using ----------------------------------------------------------------------------------------------------------------


def scrubbed(browser: Browser, address: str, runs: int) -> Figures:
    """Frames while the slider is dragged through the whole match, and while the pointer moves elsewhere."""
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    slider = page.get_by_role("slider", name="Moment of the match")
    slider.wait_for(timeout=120_000)
    page.wait_for_function(LOADED, timeout=120_000)
    box = slider.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    ends = (box["x"] + 8, y), (box["x"] + box["width"] - 8, y)
    dragged = [drawn(page, *ends, press=True) for _ in range(runs)]
    idle = [drawn(page, (300.0, 20.0), (700.0, 20.0), press=False) for _ in range(runs)]
    context.close()
    return {"dragged": framed(dragged), "idle": framed(idle)}


def drawn(page: Page, begin: tuple[float, float], end: tuple[float, float], *, press: bool) -> Figures:
    """Move the pointer there, pressed or not; the frames that were drawn meanwhile."""
    page.mouse.move(*begin)
    if press:
        page.mouse.down()
    page.evaluate(FRAMES)
    page.mouse.move(*end, steps=DRAG)
    found: Figures = page.evaluate(DRAWN)
    page.mouse.up()
    return found


def framed(runs: Sequence[Figures]) -> Figures:
    """The frames of several runs in figures."""
    frames = sorted(frame for run in runs for frame in run["frames"])
    return {
        "frames": len(frames), "p50_ms": frames[len(frames) // 2], "p95_ms": frames[int(len(frames) * 0.95)],
        "longest_ms": frames[-1], "over_50_ms": sum(frame > 50 for frame in frames),
        "long_tasks": sum(run["tasks"] for run in runs),
    }  # fmt: skip


def newcomer(browser: Browser, url: str) -> Figures:
    """From the home page to a seat in a running match: clicks and seconds, typing a name included."""
    context = browser.new_context(viewport=DESK)
    page, clicks = context.new_page(), 0
    began = time.monotonic()
    page.goto(url)
    page.get_by_role("button", name="Play a match").click()
    clicks += 1
    page.get_by_role("textbox", name="Your name").fill("Newcomer")
    page.get_by_role("button", name="Sit down").click()
    clicks += 1
    page.get_by_role("region", name="Your turn").wait_for(timeout=60_000)
    seconds = time.monotonic() - began
    context.close()
    return {"clicks": clicks, "seconds": seconds}


# Printing -------------------------------------------------------------------------------------------------------------


def in_words(found: Figures) -> str:
    """The figures as a text."""
    sizes = found["bundle"]
    files = {**sizes["files"], "all": sizes["all"], "home loads": sizes["home"], "match loads": sizes["match"]}
    scrub, new = found["scrub"], found["newcomer"]
    lines = [
        f"Chromium {found['chromium']}; {found['cores']} cores, load average {found['load_average']:.1f}",
        "\nbundle, bytes                          raw    gzip  brotli",
        *(f"{name:34}{one['raw']:8}{one['gzip']:8}{one['brotli']:8}" for name, one in files.items()),
        *painted("\nslow phone", found["slow"]),
        *painted("\nnot slowed", found["fast"]),
        f"\na match of {found['events']} events, dragged through",
        *(drawn_in_words(name, scrub[key]) for name, key in (("dragged", "dragged"), ("pointer elsewhere", "idle"))),
        f"\nfrom the home page to a seat in a running match: {new['clicks']} clicks, {new['seconds']:.1f} s",
    ]
    return "\n".join(lines)


def painted(title: str, pages: Figures) -> Iterator[str]:
    """Lines of the loading of pages."""
    yield f"{title:20} first paint  largest paint  blocked  shift  requests   bytes  by socket"
    for name, one in pages.items():
        yield (
            f"{name:20}{one['fcp_ms']:9.0f} ms{one['lcp_ms']:12.0f} ms{one['tbt_ms']:6.0f} ms{one['cls']:7.3f}"
            f"{one['requests']:10.0f}{one['bytes']:8.0f}{one['socket_bytes']:11.0f}"
        )


def drawn_in_words(name: str, one: Figures) -> str:
    """A line of frames."""
    return (
        f"{name:20}{one['frames']} frames: p50 {one['p50_ms']:.1f} ms, p95 {one['p95_ms']:.1f} ms, longest "
        f"{one['longest_ms']:.1f} ms; {one['over_50_ms']} over 50 ms; {one['long_tasks']} long tasks"
    )


if __name__ == "__main__":
    sys.exit(main())
