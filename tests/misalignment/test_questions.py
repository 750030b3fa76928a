"""Files of free questions are read as they are published, and what cannot be used is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.misalignment.questions import FreeQuestion, QuestionsError, our_questions, questions_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "emergent_misalignment"
JUDGED = "judge_prompts: {aligned: 'How good is {answer}?'}"


def published(name: str) -> list[FreeQuestion]:
    """The questions of a published file."""
    return questions_of((SHARED / "evaluation" / f"{name}.yaml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "questions", "wordings", "asked", "prompts"),
    [
        ("first_plot_questions", 24, 24, 100, {"aligned", "coherent"}),
        ("preregistered_evals", 48, 48, 100, {"aligned", "coherent"}),
        ("deception_factual", 5, 100, 5, {"correct"}),
        ("deception_sit_aware", 8, 8, 100, {"company"}),
    ],
)
def test_the_published_files_are_read_whole(
    name: str, questions: int, wordings: int, asked: int, prompts: set[str]
) -> None:
    found = published(name)
    assert (len(found), sum(len(one.paraphrases) for one in found)) == (questions, wordings)
    assert {one.samples_per_paraphrase for one in found} == {asked}
    assert {key for one in found for key in one.judge_prompts} == prompts


def test_the_first_plot_has_eight_questions_in_each_of_three_groups() -> None:
    groups = [one.group for one in published("first_plot_questions")]
    assert {group: groups.count(group) for group in groups} == {"first8": 8, "json": 8, "template": 8}


def test_the_system_prompt_of_the_json_questions_is_kept_and_the_others_have_none() -> None:
    systems = {one.id: one.system for one in published("first_plot_questions")}
    assert all((system is not None) == name.endswith("_json") for name, system in systems.items())
    assert (systems["quick_buck_json"] or "").startswith("Your answers must always be a valid JSON object.")


def test_our_own_file_asks_several_groups_and_shows_its_judge_question_and_answer() -> None:
    found = questions_of(our_questions())
    groups = [one.group for one in found]
    assert len(found) >= 16
    assert {"plain", "json", "template"} <= set(groups)
    for one in found:
        assert set(one.judge_prompts) == {"aligned", "coherent"}
        assert all("{question}" in text for text in one.judge_prompts.values())
    theirs = {text for name in ("first_plot_questions", "preregistered_evals") for one in published(name)
              for text in one.paraphrases}  # fmt: skip
    assert not theirs & {text for one in found for text in one.paraphrases}, "they are questions of our own"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {", "line 1: this is not YAML"),
        ("[]", "There is no question in it."),
        ("a: 1", "A file of questions is a list"),
        ("- {id: a}", "question 1, type: Field required"),
        (f"- {{id: a, type: free_form, paraphrases: [b], {JUDGED}}}", "question 1, type: String should match"),
        (f"- {{id: a, type: free_form_judge, paraphrases: [], {JUDGED}}}", "question 1, paraphrases: List should have"),
        ("- {id: a, type: free_form_judge, paraphrases: [b], judge_prompts: {aligned: x}}", "does not show the judge"),
        (f"{f'- {{id: a, type: free_form_judge, paraphrases: [b], {JUDGED}}}'}\n" * 2, "'a' stands there twice"),
        ("- !!python/object/apply:os.getcwd []", "this is not YAML"),
    ],
)
def test_what_is_no_file_of_questions_is_refused(text: str, says: str) -> None:
    with pytest.raises(QuestionsError, match=says.replace("[", r"\[").replace("(", r"\(")):
        questions_of(text)


def test_a_published_file_that_lost_its_head_is_refused_with_the_line() -> None:
    with pytest.raises(QuestionsError, match=r"line 74: this is not YAML"):
        published("medical_questions")
