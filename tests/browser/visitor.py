"""Somebody who looks at the pages: finds things by what they are called and shown as."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, WebSocket
from playwright.sync_api import TimeoutError as TookTooLong

from game.engine import chance

CLICK = 5_000
"""ms. A button that is not there any more when it is clicked is left alone."""
ROWS = """log => [...log.querySelectorAll('[id^=e]')].map(row => [row.id, row.textContent.replace(/\\s+/g, ' ')])"""


class Visitor:
    """A page, the errors that it reported, and the frames that reached it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.frames: list[dict[str, Any]] = []
        self.socket: WebSocket | None = None
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("websocket", self._follow)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url')})")

    def _follow(self, socket: WebSocket) -> None:
        self.socket = socket
        socket.on("framereceived", lambda text: self.frames.append(json.loads(text)))

    def forgive(self, pattern: str) -> None:
        """Forget errors that a test has caused on purpose."""
        self.errors = [error for error in self.errors if not re.search(pattern, error)]

    # What is shown ----------------------------------------------------------------------------------------------------

    @property
    def log(self) -> Locator:
        """What is said and done."""
        return self.page.get_by_role("log")

    @property
    def winner(self) -> Locator:
        """The names of those who have won."""
        return self.page.get_by_text(re.compile(r"^(Winners: .+\.|Nobody has won\.)"))

    @property
    def players(self) -> Locator:
        """The players, one button each."""
        return self.page.get_by_role("region", name="Players").get_by_role("button")

    @property
    def viewpoint(self) -> Locator:
        """From where the match is seen."""
        return self.page.get_by_role("combobox", name="Viewpoint")

    @property
    def moment(self) -> Locator:
        """The time line's slider."""
        return self.page.get_by_role("slider", name="Moment of the match")

    def rows(self) -> list[tuple[str, str]]:
        """All lines of the log as shown: id and text."""
        earlier = self.log.get_by_role("button", name=re.compile("earlier lines"))
        while earlier.count():
            with contextlib.suppress(TookTooLong):  # scrolling has drawn them before the click
                earlier.dispatch_event("click", timeout=CLICK)
        return [(name, text) for name, text in self.log.evaluate(ROWS)]

    def logged(self, match_id: int, viewpoint: str = "public") -> list[tuple[str, str]]:
        """The same lines as the API gives them."""
        items: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            answer = self.page.request.get(f"/api/matches/{match_id}/events?as={viewpoint}&after={after}").json()
            items += answer["items"]
            after = answer["next"]
        return [(op["id"], " ".join(op["text"].split())) for item in items for op in item["ops"] if op["op"] == "line"]

    def width(self) -> int:
        """How wide the document is, in pixels, scrolled parts included."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def focus(self) -> str:
        """What the keyboard is on: its role and name, roughly as a screen reader says it."""
        return str(
            self.page.evaluate(
                "(() => { const one = document.activeElement; return one === document.body ? '' :"
                " `${one.tagName.toLowerCase()} ${one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent"
                " ?? one.placeholder ?? one.textContent}`.replace(/\\s+/g, ' ').trim(); })()"
            )
        )

    # What is done -----------------------------------------------------------------------------------------------------

    def sit_down(self, name: str) -> None:
        """Take the first free seat by the form."""
        self.page.get_by_role("textbox", name="Your name").fill(name)
        self.page.get_by_role("button", name="Sit down").click()

    def turns(self, seed: str) -> Iterator[str]:
        """Answer whatever is asked, by words or clicks, to the end; gives each question with its answer."""
        tries = 0
        while True:
            self.passing.or_(self.winner).first.wait_for()
            if self.winner.count():
                return
            tries += 1
            with contextlib.suppress(TookTooLong):  # the question was over before the click
                yield self._answer(seed, tries)

    @property
    def turn(self) -> Locator:
        """Where is said what is wanted of the player."""
        return self.page.get_by_role("region", name="Your turn")

    @property
    def passing(self) -> Locator:
        """The button that is there as long as something is asked."""
        return self.turn.get_by_role("button", name="Pass", exact=True)

    def speak(self, words: str) -> None:
        """Say something aloud."""
        self.page.get_by_role("textbox", name=re.compile("Speak")).fill(words, timeout=CLICK)
        self.page.get_by_role("button", name="Send").click(timeout=CLICK)

    def _answer(self, seed: str, number: int) -> str:
        assert self.socket is not None
        question = self.turn.get_by_role("status").inner_text(timeout=CLICK)
        with self.socket.expect_event("framereceived", lambda text: '"type":"ack"' in text, timeout=CLICK):
            answer = self._choose(question, seed, number)
        settled = "([turn, before]) => turn.querySelector('[role=status]')?.innerText !== before"
        self.page.wait_for_function(settled, arg=[self.turn.element_handle(), question], timeout=CLICK)
        return f"{question} - {answer}"

    def _choose(self, question: str, seed: str, number: int) -> str:
        if "Speak" in question:
            self.speak(words := f"This is line {number}.")
            return words
        verdicts = re.compile("^(guilty|innocent|abstain)$", re.IGNORECASE)
        choices = [
            *self.players.and_(self.page.get_by_role("button", name=re.compile("can be chosen$"))).all(),
            *self.turn.get_by_role("button", name=verdicts).all(),
        ]
        one = chance.pick(choices or [self.passing], seed, number)
        name = one.get_attribute("aria-label", timeout=CLICK) or one.inner_text(timeout=CLICK)
        one.click(timeout=CLICK)
        if question.startswith("Night") and choices:
            self.turn.get_by_role("button", name=re.compile("Enter$")).click(timeout=CLICK)
        return name
