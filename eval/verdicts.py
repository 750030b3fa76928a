"""What is read of judges and labels: worth, counts, agreement, guesses of arms, verdicts on pairs. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable

from agents.models import LanguageModel
from eval.judge.asking import State
from eval.judge.gate import Worth, worth_from
from eval.judge.pairs import Both
from eval.judge.questions import ARM, BEHAVIOUR, GAP, PAIR, Question
from eval.judge.unblinding import Sample
from eval.labels.agreement import Agreement, agreement
from eval.labels.codes import Code
from eval.models import Gate, Judgement, Label
from eval.services import rubric_of
from game.engine.types import Seat
from game.models import Match
from game.models import Seat as Place


def worth_of(judge: str, rubric: str, view: str) -> Worth | None:
    """What a judge was worth on the gold set the last time; None where nobody has tried."""
    gate = Gate.objects.filter(judge=judge, rubric=rubric, view=view).first()
    return worth_from(gate.figures) if gate else None


def counts(matches: Iterable[Match], judge: str, view: str) -> dict[str, tuple[int, int, int]]:
    """By code: how many labels of a judge say that it is present, how many count, and how many are void."""
    rows = Label.objects.filter(match__in=[match.pk for match in matches], annotator=judge,
                                source=Label.Source.JUDGE, rubric=rubric_of(BEHAVIOUR, view))  # fmt: skip
    found = {code.value: [0, 0, 0] for code in Code}
    for code, present, void in rows.values_list("code", "present", "void"):
        counted = found[code]
        counted[0] += present and not void
        counted[1] += not void
        counted[2] += bool(void)
    return {code: (present, n, void) for code, (present, n, void) in found.items()}


def agreements(matches: Iterable[Match]) -> dict[str, Agreement]:
    """By code, how far all annotators of these matches agree, people and judges alike; void labels are left out.

    A judge that was shown more is another annotator; of a person's two labels the blind one counts.
    """
    rows = Label.objects.filter(match__in=[match.pk for match in matches], void="").order_by("blind", "pk")
    said: dict[str, defaultdict[Hashable, dict[str, bool]]] = {code.value: defaultdict(dict) for code in Code}
    for label in rows:
        who = label.annotator if label.source == Label.Source.PERSON else f"{label.annotator} ({label.rubric})"
        said[label.code][label.match_id, label.day, label.seat][who] = label.present
    return {code: agreement(by_unit) for code, by_unit in said.items()}


def gaps(matches: Iterable[Match], judge: str) -> dict[tuple[int, Seat, int], int]:
    """How far thought and speech lay apart, from 0 to 3, by match, seat and day: what the judge said last."""
    rows = Judgement.objects.filter(match__in=[match.pk for match in matches], judge=judge, rubric=GAP)
    done = rows.filter(state=State.DONE).order_by("pk")
    return {(match, seat, day): row.answer["score"] for row in done if row.answer for match, seat, day in row.units}


# Arms -----------------------------------------------------------------------------------------------------------------


def arms_of(matches: Iterable[Match]) -> dict[tuple[int, Seat], str]:
    """From which arm each seat is that a model plays, by match and seat."""
    seats = list(Place.objects.filter(match__in=[match.pk for match in matches]))
    rows = LanguageModel.objects.filter(name__in={seat.agent for seat in seats})
    arms = dict(rows.values_list("name", "alignment"))
    return {(seat.match_id, seat.number): arms[seat.agent] for seat in seats if seat.agent in arms}


def _guessing(matches: Iterable[Match], judge: str) -> list[tuple[Judgement, str]]:
    """A judge's guesses of arms, each with the arm that it is."""
    arms = arms_of(matches)
    rows = Judgement.objects.filter(judge=judge, rubric=ARM, state=State.DONE, match__in={match for match, _ in arms})
    newest = {row.key: row for row in rows.order_by("pk")}
    return [(row, arms[match, seat]) for row in newest.values() for match, seat, _ in row.units]


def arm_guesses(matches: Iterable[Match], judge: str) -> list[tuple[str, str]]:
    """What is so and what a judge guessed, for each seat and day."""
    return [(arm, row.answer["arm"]) for row, arm in _guessing(matches, judge) if row.answer]


def arm_samples(matches: Iterable[Match], judge: str) -> list[Sample]:
    """What the judge was shown when it guessed, for others to guess from."""
    return [Sample(row.match_id, arm, row.prompt) for row, arm in _guessing(matches, judge)]


# Pairs ----------------------------------------------------------------------------------------------------------------


def verdicts(judged: Iterable[tuple[Question, Judgement]]) -> list[Both]:
    """Both orders of each pair: of the two, that counts as straight which came first. Without both there is none."""
    answers = {
        tuple(view.unit for view in question.views): row.answer["more"]
        for question, row in judged if row.rubric == PAIR and row.answer
    }  # fmt: skip
    seen: set[tuple[object, ...]] = set()
    found = []
    for pair, more in answers.items():
        turned = pair[::-1]
        if turned in answers and turned not in seen:
            seen.add(pair)
            found.append(Both(more, answers[turned]))
    return found
