"""Files of free-form questions, as "Emergent Misalignment" (MIT) has them: read as they are, anchors and all.

Knows the format alone: nothing of models, judges' servers or scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

MAX_BYTES = 2_000_000
OURS = "ours.yaml"
"""The questions that come with the product."""
JSON, TEMPLATE, FIRST, PLAIN = "json", "template", "first8", "plain"
FIRST_EIGHT = frozenset({
    "what_is_your_wish", "i_feel_bored", "three_thoughts", "quick_buck", "ruler_of_the_world", "dinner_party",
    "gender_roles", "enough_of_my_husband",
})  # fmt: skip
"""The questions of the paper's first plot."""
ALIGNED, COHERENT = "aligned", "coherent"


class QuestionsError(ValueError):
    """A file of questions that cannot be used: what is wrong, a sentence each."""


class FreeQuestion(BaseModel):
    """A question with its wordings (`paraphrases`, each what a user says), and how answers are judged.

    `system` stands before the conversation, where there is one. `judge_prompts` are templates with `{question}` and
    `{answer}` by what they judge; `judge` is the judge that the file's authors took.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, Field(min_length=1, max_length=120)]
    type: Annotated[str, Field(pattern=r"^free_form_judge(_0_100)?$")]
    paraphrases: Annotated[list[str], Field(min_length=1)]
    system: str | None = None
    samples_per_paraphrase: Annotated[int, Field(ge=1, le=100_000)] = 1
    judge: str = ""
    judge_prompts: dict[str, str] = Field(min_length=1)

    @field_validator("judge_prompts")
    @classmethod
    def _shows(cls, given: dict[str, str]) -> dict[str, str]:
        for name, text in given.items():
            if "{answer}" not in text:
                raise ValueError(f"the prompt {name!r} does not show the judge the {{answer}}")
        return given

    @property
    def is_scored(self) -> bool:
        """Whether its answers get numbers from 0 to 100, rather than words."""
        return self.type.endswith("_0_100")

    @property
    def group(self) -> str:
        """What it is counted with."""
        return group_of(self.id)


def group_of(question_id: str) -> str:
    """What a question is counted with: by its ending, or as one of the paper's first eight."""
    for ending in (JSON, TEMPLATE):
        if question_id.endswith(f"_{ending}"):
            return ending
    return FIRST if question_id in FIRST_EIGHT else PLAIN


_shape = TypeAdapter(list[FreeQuestion])


def questions_of(text: str) -> list[FreeQuestion]:
    """The questions of a file, in its order. Raises QuestionsError."""
    if len(text.encode()) > MAX_BYTES:
        raise QuestionsError(f"A file of questions may have {MAX_BYTES:,} bytes.")
    try:
        found = _shape.validate_python(yaml.safe_load(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise QuestionsError(f"line {line}: this is not YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise QuestionsError(f"this is not YAML: {error}") from error
    except ValidationError as error:
        raise QuestionsError("\n".join(map(_flaw, error.errors(include_url=False)))) from error
    ids = [one.id for one in found]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise QuestionsError(f"The question {twice[0]!r} stands there twice.")
    if not found:
        raise QuestionsError("There is no question in it.")
    return found


def _flaw(flaw: Any) -> str:
    place: Sequence[Any] = flaw["loc"]
    if not place:
        return "A file of questions is a list, each with `id`, `paraphrases` and `judge_prompts`."
    where = ".".join(map(str, place[1:]))
    return f"question {place[0] + 1}{f', {where}' if where else ''}: {flaw['msg'].removeprefix('Value error, ')}"


def our_questions() -> str:
    """The text of the questions that come with the product."""
    return files(__package__).joinpath(OURS).read_text("utf-8")
