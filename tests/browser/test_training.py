"""The page of a training run, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_experiments import SIZES, sign_in
from tests.browser.visitor import Visitor
from tests.training import reinforced
from tests.training.kept import kept_run, kept_runs
from training.folder import CURVE, SAMPLES
from training.selectors import folder_of

Visit = Callable[..., Visitor]
PLAYERS = "without a model: script 0.974, random 0.893, passes 0.664"


@SIZES
def test_a_reinforced_run_shows_what_it_is_worth_beside_players_without_a_model(
    visit: Visit, width: int, height: int
) -> None:
    visitor = visit(width=width, height=height)
    page = visitor.page
    sign_in(page, f"/training/{kept_run('done', 64, kind='grpo').pk}")
    expect(page.get_by_role("img", name=re.compile(f"^reward mean: .* at step 64; {PLAYERS}$"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^legal: .* passes 100 %"))).to_be_visible()
    expect(page.get_by_title("GRPO: steps 25 to 64")).to_have_count(len(page.get_by_role("img").all()))
    expect(page.get_by_text("Unchanged so far: rows 8, groups 4")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("^at the end, greedy"))
    expect(row.first).to_contain_text("99 [96, 100]")
    expect(row.last).to_contain_text("96 [87, 99]")
    expect(page.get_by_text("Of them, put to the Lookout")).to_be_visible()
    assert visitor.width() <= width


def test_samples_are_shown_as_text_by_checkpoint_the_best_answer_first(page: Page, stack: Any) -> None:
    sign_in(page, f"/training/{kept_run('done', 64, kind='grpo').pk}")
    samples = page.get_by_role("region", name="Samples")
    spy = samples.get_by_role("listitem").filter(has_text="Spy")
    expect(spy.get_by_role("row").nth(1)).to_contain_text(
        re.compile(r"1\.00 ?<bug>go</bug> 3 times · as the script · won")
    )
    expect(spy.get_by_role("row").last).to_contain_text(reinforced.HURTFUL)
    expect(samples.get_by_text("said nothing").first).to_be_visible()
    assert samples.locator("img, b").count() == 0
    expect(page).to_have_title(re.compile("^us/sums .* ToSSim$"))
    prompt = spy.get_by_text("Living: ba ce du fi go ha je.")
    expect(prompt).to_be_hidden()
    spy.get_by_text("What it was shown").click()
    expect(prompt).to_be_visible()
    samples.get_by_text("Step 32").click()
    expect(samples.get_by_role("listitem")).to_have_count(4)


def test_sample_games_of_two_checkpoints_can_be_read_beside_each_other(page: Page, stack: Any) -> None:
    sign_in(page, f"/training/{kept_run('done', 64, kind='grpo').pk}")
    games = page.get_by_role("region", name="Games")
    newest = games.get_by_role("list", name="Step 64, Kit")
    expect(newest.get_by_role("listitem").nth(5)).to_have_text("Kit answers <vote>cl</vote>")
    games.get_by_text("Step 32").click()
    older = games.get_by_role("list", name="Step 32, Kit")
    expect(older.get_by_text("not taken: no action")).to_be_visible()
    expect(newest).to_be_visible()
    assert games.locator("img, b").count() == 0


def test_a_run_is_followed_while_it_learns_and_what_is_read_stays_unfolded(page: Page, stack: Any) -> None:
    run = kept_runs()
    sign_in(page, f"/training/{run.pk}")
    samples = page.get_by_role("region", name="Samples")
    read = samples.get_by_role("listitem").filter(has_text="0/lane 0/40")
    expect(read).to_be_visible()
    expect(page.get_by_text("It is tried again at its end.")).to_be_visible()
    folder_of(run).add(CURVE, *reinforced.curve(48)[40:])
    folder_of(run).add(SAMPLES, *reinforced.samples(48)[-2:])
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "48")
    expect(samples.get_by_text("Step 48")).to_be_visible()
    expect(read).to_be_visible()


@pytest.mark.parametrize(("state", "tried", "kept"), [
    ("waiting", "at 200 held-out points before its first step", "The first are kept at step 32."),
    ("cancelled", "It ended before anything was tried.", "It ended before step 32"),
])  # fmt: skip
def test_before_there_is_anything_the_page_says_what_comes_or_why_not(
    page: Page, stack: Any, state: str, tried: str, kept: str
) -> None:
    sign_in(page, f"/training/{kept_run(state, 0, kind='grpo').pk}")
    expect(page.get_by_role("region", name="Before and after")).to_contain_text(tried)
    expect(page.get_by_role("region", name="Samples")).to_contain_text(kept)


def test_a_fine_tuning_run_has_its_curves_and_nothing_that_it_cannot_have(page: Page, stack: Any) -> None:
    sign_in(page, f"/training/{kept_run().pk}")
    expect(page.get_by_role("img", name=re.compile(r"^loss: 3\.40 at step 1, 0\.450 at step 60$"))).to_be_visible()
    expect(page.get_by_role("heading", name="Before and after")).to_be_hidden()
    expect(page.get_by_role("heading", name="Samples")).to_be_hidden()
