"""Without a mouse: from the home page into a seat, through a whole match, and back through its replay."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TookTooLong

from game import services
from game.engine import chance
from game.lobby import LobbySpec
from game.models import Decision, Match
from tests.browser.test_playing import ROUNDS, SECONDS, SLOTS
from tests.browser.visitor import CLICK, Visitor
from tests.stack import finished, until

Visit = Callable[..., Visitor]
MOST = 400
"""Presses of Tab after which something counts as out of reach."""
RING = """() => {
  const one = document.activeElement;
  if (one === document.body) return true;
  const ringed = [null, '::after', '::before'].map((part) => getComputedStyle(one, part));
  return ringed.some((style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
}"""
"""Whether what the keyboard is on is shown to have it."""
UNREACHED = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.disabled && !one.dataset.reached)
  .map((one) => one.outerHTML.slice(0, 120))"""


class NotReached(AssertionError):
    """Something that Tab does not come to, because it cannot be reached or is gone."""


class Hands:
    """Somebody with a keyboard alone."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.page = visitor, visitor.page

    def tab(self) -> str:
        """Go on to the next stop, and see where that is."""
        self.page.keyboard.press("Tab")
        self.page.evaluate("document.activeElement.dataset.reached = '1'")
        name = self.visitor.focus()
        assert self.page.evaluate(RING), f"no ring on {name}"
        return name

    def to(self, pattern: str, most: int = MOST) -> str:
        """Go on until the keyboard is on something of that name."""
        if re.search(pattern, here := self.visitor.focus()):
            return here
        for _ in range(most):
            if re.search(pattern, name := self.tab()):
                return name
        raise NotReached(f"Tab never comes to {pattern}")

    def press(self, pattern: str) -> None:
        """Go to a button and press it."""
        self.to(pattern)
        self.page.keyboard.press("Enter")

    def speak(self, words: str) -> None:
        """Go to where one speaks, and say something."""
        self.to("^input Speak")
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")

    def answer(self, question: str, number: int) -> None:
        """Answer what is asked: by words, a button, a number or a command."""
        turn = self.visitor.turn
        verdict = turn.get_by_role("button", name="Guilty", exact=True)
        choices = self.visitor.players.and_(self.page.get_by_role("button", name=re.compile("can be chosen$")))
        names = [str(name) for name in choices.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")]
        if "Speak" in question:
            self.speak(f"This is line {number}.")
        elif verdict.count():
            self.press("^button Guilty$")
        elif not names:
            self.press("^button Pass$")
        elif question.startswith("Night"):
            self.to("^button Pass$")  # digits are keys wherever no field has the keyboard
            self.page.keyboard.press(chance.pick(names, str(number)).split()[0])
            self.to("Enter$")
            self.page.keyboard.press("Enter")
        else:
            self.speak(f"/vote {chance.pick(names, str(number)).split()[0]}")

    def play(self) -> None:
        """Answer all questions of the match."""
        for number in range(1, 200):
            self.visitor.passing.or_(self.visitor.winner).first.wait_for()
            if self.visitor.winner.count():
                return
            with contextlib.suppress(TookTooLong):  # the question was over before its answer
                question = self.visitor.turn.get_by_role("status").inner_text(timeout=CLICK)
                try:
                    self.answer(question, number)
                except NotReached:
                    if self.visitor.turn.get_by_role("status").inner_text(timeout=CLICK) == question:
                        raise
                    continue
                answered = "([turn, before]) => turn.querySelector('[role=status]')?.innerText !== before"
                self.page.wait_for_function(answered, arg=[self.visitor.turn.element_handle(), question], timeout=CLICK)


def seat_in_a_small_match() -> Match:
    """A match of seven that waits for a person."""
    agents = [{}, {}, {}, {}, {}, {}, {"role": "Sheriff"}]
    spec = LobbySpec(slots=SLOTS, agents=agents, people=1, title="A free seat", seconds=SECONDS, rounds=ROUNDS)
    return services.match_create(spec=spec, seed="a seat")


def test_a_whole_match_is_played_and_replayed_by_keys_alone(visit: Visit) -> None:
    visitor, match = visit(), seat_in_a_small_match()
    hands, page = Hands(visitor), visitor.page
    page.goto("/")
    hands.to("^button Play a match$")
    hands.to("^input Your name$")
    page.keyboard.type("Robin")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/m/{match.pk}"))
    hands.play()
    until(lambda: finished(match), "the result is noted")
    mine = Decision.objects.filter(match=match, source=Decision.Source.PERSON)
    assert mine.count() > 2
    assert {action["do"] for one in mine for action in one.actions} >= {"say", "use"}
    replayed(page, visitor, hands)


def replayed(page: Page, visitor: Visitor, hands: Hands) -> None:
    """Go to the beginning and on from there by keys."""
    last = visitor.moment.input_value()
    hands.to("Replay from the start$")
    page.keyboard.press("Enter")
    expect(visitor.moment).to_have_value("0")
    page.keyboard.press("ArrowRight")
    expect(visitor.moment).not_to_have_value("0")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(visitor.log.get_by_role("heading").nth(1)).to_be_visible()
    page.keyboard.press("End")
    expect(visitor.moment).to_have_value(last)
    expect(visitor.winner).to_be_visible()


def test_everything_at_a_seat_is_reached_by_tab(visit: Visit) -> None:
    visitor, match = visit(), seat_in_a_small_match()
    hands, page = Hands(visitor), visitor.page
    page.goto(f"/m/{match.pk}")
    hands.to("^input Your name$")
    page.keyboard.type("Robin")
    page.keyboard.press("Enter")
    expect(visitor.passing).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    first = hands.tab()
    for _ in range(MOST):
        if hands.tab() == first:
            break
    assert page.evaluate(UNREACHED) == []


def test_a_match_of_ones_own_is_begun_by_keys(visit: Visit) -> None:
    visitor = visit()
    hands, page = Hands(visitor), visitor.page
    page.goto("/")
    hands.press("^button Play a match$")
    expect(page).to_have_url(re.compile(r"/m/\d+"))
    hands.to("^input Your name$")
    page.keyboard.type("Robin")
    page.keyboard.press("Enter")
    expect(visitor.turn).to_be_visible()
    assert Match.objects.get().seats.filter(name="Robin").exists()
