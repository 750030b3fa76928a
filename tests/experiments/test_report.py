"""A report says what was found in words, escapes what it did not write itself, and can be read again."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from eval.experiments.outcome import Outcome
from eval.experiments.writing import plan_to_yaml
from eval.report import words
from eval.report.files import NoExport, contents, read, write
from eval.report.page import page
from eval.report.run import Run, deviations
from eval.report.tables import csv_bytes, latex_tables, matches_table
from eval.statistics.result import Result
from tests.experiments.plans import plan
from tests.experiments.simulated import outcome
from tests.experiments.studies import BOTH, NASTY, analysis, figure, result, some_outcomes, study


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    """All files of a report."""
    return dict(contents(study(), some_outcomes()))


# In words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (result(), "P1: Evil won 4.2 points more in EM than in AA [-1.1, +9.4], 320 blocks"),
        (result(what="town_won", difference=figure(-0.02, -0.1, 0.06)),
         "P1: The Town won 2.0 points fewer in EM than in AA [-10.0, +6.0], 320 blocks"),
        (result(estimand=BOTH), "P3: P1 less P2 is +4.2 points [-1.1, +9.4], 320 blocks"),
        (result(what="days_alive_7@evil", share=False, difference=figure(0.42, 0.1, 0.7, 1)),
         "P1: days alive 7@evil is 0.42 higher in EM than in AA [+0.10, +0.70], 1 block"),
        (result(difference=None, reason="no block has both arms"), "P1: no block has both arms"),
    ],
)  # fmt: skip
def test_a_result_is_a_sentence_with_interval_and_blocks(one: Result, sentence: str) -> None:
    assert words.result(one).replace("\u2212", "-") == sentence


def test_the_head_says_results_failures_and_what_could_be_seen() -> None:
    head = [line.replace("\u2212", "-") for line in words.head(plan(), analysis())]
    after = "at alpha 0.05 after Holm"
    assert head == [
        "P1: Evil won 4.2 points more in EM than in AA [-1.1, +9.4], 320 blocks; no finding at alpha 0.05 after Holm.",
        f"P2: The Town won 12.0 points fewer in TM than in AA [-18.0, -5.0], 320 blocks; a finding {after}.",
        "P3: P1 less P2 is +4.2 points [-1.1, +9.4], 320 blocks; no finding at alpha 0.05 after Holm.",
        "2 of 1,280 matches failed (EM 2 timeout); they count as won by nobody.",
        "320 blocks show differences from 10.0 points on.",
    ]


def test_deviations_from_the_plan_are_named() -> None:
    spec = plan(blocks=3)
    played = [outcome(block, arm, "A", "A", True) for block in range(2) for arm in ("AA", "EM", "TM", "MM", "XX")]
    run = Run("x", "", "aborted", note="too slow", orders=("the server was down",), release="1.0 abc+")
    assert list(deviations(spec, run, played)) == [
        "12 matches were planned and 10 have an outcome: 0 of 3 blocks are whole.",
        "It was aborted: too slow.",
        "Failed matches were played again by order 1 time: the server was down.",
        "It was launched from files that differ from any commit (1.0 abc+).",
        "There are outcomes of arms that the plan does not have: XX.",
    ]
    whole = [outcome(block, arm, "A", "A", True) for block in range(3) for arm in ("AA", "EM", "TM", "MM")]
    assert list(deviations(spec, Run("x", "", "finished"), whole)) == []


# The page -------------------------------------------------------------------------------------------------------------


class Seen(HTMLParser):
    """Tags, addresses and names of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]
        self.ids += [value or "" for name, value in attrs if name == "id"]


def test_the_page_stands_alone(files: Mapping[str, bytes]) -> None:
    seen = Seen(files["report.html"].decode())
    assert {"script", "link rel=stylesheet", "img", "iframe"}.isdisjoint(seen.tags)
    outside = [
        one for one in seen.addresses if not one.startswith(("#", "data:,", "http://here/experiments/3/trials/"))
    ]
    assert outside == []
    assert len(seen.ids) == len(set(seen.ids))


def test_the_page_escapes_what_others_wrote(files: Mapping[str, bytes]) -> None:
    text = files["report.html"].decode()
    assert NASTY not in text
    assert "&lt;script&gt;alert" in text


def test_an_unmeasured_model_heads_the_page_as_exploratory() -> None:
    exploratory = page(study(found=analysis(exploratory="M has not been measured.")), [], {})
    heading = exploratory.index("EXPLORATORY")
    assert heading < exploratory.index("P1: Evil won")
    assert "EXPLORATORY" not in page(study(), [], {})


def test_figures_show_in_the_page_and_lie_beside_it(files: Mapping[str, bytes]) -> None:
    names = {"forest", "wins", "pairs", "evidence", "survival-evil", "ratings"}
    assert {f"{name}.{kind}" for name in names for kind in ("png", "svg")} <= files.keys()
    assert all(files[f"{name}.png"].startswith(b"\x89PNG") for name in names)
    assert Seen(files["report.html"].decode()).tags.count("svg") == len(names)


def test_every_example_of_a_group_leads_to_its_trial_and_event(files: Mapping[str, bytes]) -> None:
    links = [one for one in Seen(files["report.html"].decode()).addresses if "/trials/" in one]
    assert len(links) == 9
    assert all(re.fullmatch(r"http://here/experiments/3/trials/\d+\?at=\d+", one) for one in links)


# Data -----------------------------------------------------------------------------------------------------------------


def test_the_same_study_gives_the_same_bytes(files: Mapping[str, bytes]) -> None:
    again = dict(contents(study(), reversed(some_outcomes())))
    assert again.keys() == files.keys()
    assert [name for name in files if again[name] != files[name]] == []


def test_the_manifest_has_the_hash_of_every_file(files: Mapping[str, bytes]) -> None:
    manifest = json.loads(files["manifest.json"])["files"]
    assert manifest.keys() == files.keys() - {"manifest.json"}
    for name, told in manifest.items():
        assert told == {"sha256": hashlib.sha256(files[name]).hexdigest(), "bytes": len(files[name])}


def test_an_exported_folder_reads_back_as_what_it_was_made_from(files: Mapping[str, bytes], tmp_path: Path) -> None:
    write(tmp_path, files.items())
    made = study()
    spec, run, played, clusters = read(tmp_path)
    assert (plan_to_yaml(spec), run, clusters) == (plan_to_yaml(made.plan), made.run, made.clusters)
    assert played == sorted(some_outcomes(), key=lambda one: (one.block, one.arm))


def test_another_folder_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(NoExport, match=r"plan\.yaml is missing"):
        read(tmp_path)


def test_tables_have_a_row_a_match_a_seat_and_a_block(files: Mapping[str, bytes]) -> None:
    played = some_outcomes()
    frames = {name: pd.read_parquet(io.BytesIO(files[f"{name}.parquet"])) for name in ("outcomes", "seats", "blocks")}
    assert len(frames["outcomes"]) == len(played) == 160
    assert len(frames["seats"]) == sum(len(one.seats) for one in played)
    assert list(frames["blocks"].columns) == ["block", "seed", "AA", "EM", "MM", "TM"]
    for name, frame in frames.items():
        rows = list(csv.DictReader(io.StringIO(files[f"{name}.csv"].decode())))
        assert (len(rows), list(rows[0])) == (len(frame), list(frame.columns))
    assert frames["outcomes"]["figure:match_length"].dropna().tolist() == [
        one.figures["match_length"] for one in sorted(played, key=lambda one: (one.block, one.arm)) if one.figures
    ]


def test_no_text_of_a_table_is_a_formula() -> None:
    bad = Outcome(0, "=1+1", "@arm", "-x", outcome(0, "AA", "A", "A", True).ending, True, False, 3, cause="+cmd")
    row = next(csv.DictReader(io.StringIO(csv_bytes(matches_table([bad])).decode())))
    assert (row["seed"], row["arm"], row["setup"], row["cause"]) == ("'=1+1", "'@arm", "'-x", "'+cmd")


def test_latex_tables_are_booktabs_and_escaped() -> None:
    made = study(found=analysis(results=(result("P_1", "x&y_%"),)))
    tables = dict(latex_tables(made.found, made.ratings))
    assert set(tables) == {"estimands", "arms", "ratings"}
    assert all(rule in tables["estimands"] for rule in (r"\toprule", r"\midrule", r"\bottomrule"))
    assert r"P\_1 & x\&y \%: EM less AA" in tables["estimands"]
