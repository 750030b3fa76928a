"""Replaying: the time line tells moments before one goes there, and a person plays on from one of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from game.models import Decision, Match
from tests.browser.test_watching import archive
from tests.browser.visitor import Visitor
from tests.frontend.logs import whole_match
from tests.frontend.stored import stored
from tests.stack import until

Visit = Callable[..., Visitor]


def test_a_person_takes_a_seat_in_a_fork_of_a_finished_match_and_answers(visit: Visit) -> None:
    visitor, parent = visit(), archive()
    Match.objects.filter(pk=parent.pk).update(pace=0)
    visitor.page.goto(f"/m/{parent.pk}?as=god&at=60")
    expect(visitor.moment).to_have_value("60")
    visitor.page.get_by_role("button", name="Fork from here").click()
    sheet = visitor.page.get_by_role("dialog", name="Fork from here")
    name = parent.seats.get(number=3).name
    sheet.get_by_role("combobox", name="You").select_option(label=f"play 3. {name}")
    expect(sheet.get_by_text("practice")).to_be_visible()
    sheet.get_by_role("button", name="Sit down").click()
    expect(visitor.page.get_by_text("Practice: who plays here")).to_be_visible()
    expect(visitor.viewpoint).to_have_value("3")
    expect(visitor.viewpoint.get_by_role("option")).to_have_text(["Public view", f"Your seat: {name}"])
    assert next(visitor.turns("robin"))
    fork = Match.objects.get(parent=parent)
    expect(visitor.page).to_have_url(re.compile(f"/m/{fork.pk}"))
    made = Decision.objects.filter(match=fork, source=Decision.Source.PERSON, seat=3)
    until(lambda: made.filter(applied_at__isnull=False).exists(), "the answer is applied")
    guest = visit()
    guest.page.goto(f"/m/{fork.pk}?as=3")
    expect(guest.page.get_by_text("People are playing")).to_be_visible()
    expect(guest.viewpoint).to_have_text("Public view")
    guest.page.goto("/")
    shown = guest.page.get_by_role("region", name="Featured match").get_by_role("heading")
    expect(shown).to_contain_text(f"#{fork.pk}, practice")


def test_the_time_line_tells_a_moment_before_one_goes_there(visit: Visit) -> None:
    visitor, match = visit(), archive()
    visitor.page.goto(f"/m/{match.pk}?as=god")
    expect(visitor.winner).to_be_visible()
    box = visitor.moment.bounding_box()
    assert box
    peek = visitor.page.get_by_role("group", name="Time line").locator(".peek")
    visitor.page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
    expect(peek).to_contain_text("Before the match")
    visitor.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(peek).to_have_text(re.compile(r"^(Day|Night) \d.* · .+"))
    visitor.page.mouse.move(box["x"], box["y"] - 200)
    expect(peek).to_have_count(0)


def test_keys_step_through_deaths_trials_and_turns_of_the_votes(visit: Visit) -> None:
    visitor, match = visit(), stored(whole_match("replaying"))
    visitor.page.goto(f"/m/{match.pk}?as=god&at=0")
    expect(visitor.moment).to_have_value("0")
    marks = visitor.page.locator(".bands b")
    expect(visitor.page.locator(".bands b.end")).to_be_attached()
    assert visitor.page.locator(".bands b.swing").count() > 0
    stops: list[int] = []
    for _ in range(marks.count()):
        visitor.page.keyboard.press("n")
        stops.append(int(visitor.moment.input_value()))
    assert stops == sorted(set(stops))
    assert stops[-1] <= int(visitor.moment.get_attribute("max") or 0)
    for stop in reversed(stops[:-1]):
        visitor.page.keyboard.press("N")
        expect(visitor.moment).to_have_value(str(stop))


def test_while_moments_pass_by_only_the_last_lines_are_drawn_and_all_of_them_once_nothing_moves(visit: Visit) -> None:
    visitor, match = visit(), stored(whole_match("replaying"))
    visitor.page.goto(f"/m/{match.pk}?as=god")
    expect(visitor.winner).to_be_visible()
    lines = visitor.page.locator(".log > :is(.line, h3)")
    expect(lines).to_have_count(120)
    passing = visitor.moment.evaluate(DRAGGED_BACK, arg=12)
    assert min(passing) <= 40
    expect(lines).to_have_count(120)
    assert int(visitor.moment.input_value()) < int(visitor.moment.get_attribute("max") or 0)


DRAGGED_BACK = """async (slider, steps) => {
  const drawn = [];
  for (let i = 0; i < steps; i++) {
    slider.value = String(Number(slider.value) - 1);
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    drawn.push(document.querySelectorAll('.log > :is(.line, h3)').length);
  }
  return drawn;
}"""
"""Moves a slider back step by step, one a drawn frame; how many lines stood there after each."""
