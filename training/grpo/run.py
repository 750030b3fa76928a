"""One run: warm steps, then steps of GRPO, with checkpoints from which it goes on as if nothing had happened."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean, pstdev
from typing import Any

import torch

from game.engine import chance
from training.config.grpo import GrpoSpec
from training.folder import CURVE, SAMPLES, TRIALS, RunFolder
from training.grpo import checkpoints, trial
from training.grpo.groups import Group, groups
from training.grpo.loss import Found, loss
from training.grpo.policy import NotFinite, Policy
from training.grpo.teaching import rows
from training.reward.advantages import Baselines, is_flat
from training.rollout.deeds import text_of
from training.rollout.points import Place, Point, Walk
from training.rollout.quiz import Question, question
from training.rollout.tables import learner

Figures = dict[str, Any]
SEEDS = 2**31


class Cancelled(Exception):
    """Somebody wants the run to stop; a checkpoint was written."""


@dataclass
class Progress:
    """How far a run is. All chance hangs on the seed and the step, so there are no generators to keep."""

    step: int = 0
    seconds: float = 0.0
    counted: int = 0
    """Steps for which the outcome has counted."""
    baselines: dict[str, float] = field(default_factory=dict)
    places: dict[str, list[Any]] = field(default_factory=dict)
    """Where each walk stands: its match and the answers by which it was moved on."""


class Run:
    """A run in its folder. `stopping` says whether somebody wants it to stop."""

    def __init__(self, spec: GrpoSpec, policy: Policy, folder: RunFolder, stopping: Callable[[], bool]) -> None:
        self.spec, self.policy, self.folder, self.stopping = spec, policy, folder, stopping
        self.progress = Progress()
        self.began = time.monotonic()
        newest, optimizer = folder.checkpoint(), None
        if newest:
            state, optimizer = checkpoints.load(newest, policy)
            self.progress = Progress(**state)
            self.began -= self.progress.seconds
        folder.cut(self.progress.step)
        self.held_out = trial.points(spec)
        self.walks = self._walks()
        self.optimizer = self._optimizer()
        if optimizer:
            self.optimizer.load_state_dict(optimizer)

    def go(self) -> Figures:
        """Learn to the end; the figures of the result. Raises Cancelled and NotFinite."""
        warm = self.spec.warm_start.steps
        if not self.folder.lines(TRIALS):
            made = trial.of_scripts(self.spec, self.held_out)
            self.folder.add(TRIALS, *({"step": 0, **counts} for counts in made))
        self._try("before")
        while self.progress.step < self.spec.all_steps:
            if self.progress.step == warm and self.policy.start is None:
                self._turn_to_grpo()
            self.progress.step += 1
            line = self._warm_step() if self.progress.step <= warm else self._step()
            self._note(line)
        if warm and not self.spec.steps:
            self._try("warm")
        self._try("after")
        return {"trials": self.folder.lines(TRIALS), "seconds": round(time.monotonic() - self.began, 1)}

    def _turn_to_grpo(self) -> None:
        if self.spec.warm_start.steps:
            self._try("warm")
        self.policy.remember()
        self.optimizer = self._optimizer()

    def _note(self, line: Figures) -> None:
        """Write the step down; a checkpoint where one is due, at the last step and where somebody wants to stop."""
        progress = self.progress
        progress.seconds = round(time.monotonic() - self.began, 2)
        made = {"step": progress.step, "steps": self.spec.all_steps, "seconds": progress.seconds, **line}
        self.folder.add(CURVE, made)
        stop = self.stopping()
        if stop or progress.step % self.spec.save_steps == 0 or progress.step == self.spec.all_steps:
            self._checkpoint()
        if stop:
            raise Cancelled

    def _checkpoint(self) -> None:
        progress = self.progress
        progress.places = {name: [walk.place.match, list(walk.place.moved)] for name, walk in self.walks.items()}
        checkpoints.save(self.folder, progress.step, self.policy, self.optimizer, asdict(progress))

    def _try(self, when: str) -> None:
        """Try the model at the points that are held out, unless that was done."""
        if any(line["when"] == when for line in self.folder.lines(TRIALS)):
            return
        made = trial.of_model(self.policy, when, self.held_out, self._stop_between)
        self.folder.add(TRIALS, *({"step": self.progress.step, **counts} for counts in made))

    def _stop_between(self) -> None:
        if self.stopping():
            self._checkpoint()
            raise Cancelled

    def _walks(self) -> dict[str, Walk]:
        """One walk for the warm start, and one for each point of a step."""
        spec, record = self.spec, learner(family=self.spec.family)
        found = {}
        for name in ("warm", *(f"lane {lane}" for lane in range(spec.asks_per_step))):
            match, moved = self.progress.places.get(name, (0, ()))
            place = Place(match, tuple(moved))
            found[name] = Walk(spec.plan, f"{spec.seed}/{name}", record, place=place)
        return found

    def _optimizer(self) -> torch.optim.Optimizer:
        warm = self.progress.step < self.spec.warm_start.steps or (self.policy.start is None and self.progress.step > 0)
        rate = self.spec.warm_start.learning_rate if warm else self.spec.learning_rate
        return torch.optim.AdamW(self.policy.learning.values(), lr=rate, weight_decay=0.0)

    # Steps ------------------------------------------------------------------------------------------------------------

    def _warm_step(self) -> Figures:
        made = rows(self.policy, self.walks["warm"], self.spec)
        self.policy.model.train()
        scored = self.policy.score([row.prompt for row in made], [[row.answer] for row in made])
        found = -(scored.logps * scored.mask).sum() / scored.mask.sum()
        norm = self._learn(found)
        return {"phase": "warm", "loss": _rounded(found.item()), "grad_norm": _rounded(norm), "rows": len(made)}

    def _step(self) -> Figures:
        spec, step = self.spec, self.progress.step
        seed = int(chance.draw(str(spec.seed), "answers", step) * SEEDS)
        made = groups(self.policy, self._items(), spec.group_size, seed)
        share = self._outcomes(made)
        baselines = Baselines(self.progress.baselines)
        advantages = [one.advantages(spec, baselines, share, step) for one in made]
        taught = [place for place, found in enumerate(advantages) if not is_flat(found)]
        learnt, norm = self._teach([made[place] for place in taught], [advantages[place] for place in taught])
        self._expect(made, baselines)
        self._move_on(made)
        if step % spec.save_steps == 0:
            self._sample(made)
        return {"phase": "grpo", **figures(made, spec), "groups_skipped": len(made) - len(taught),
                "outcome_share": share, **learnt, "grad_norm": _rounded(norm)}  # fmt: skip

    def _items(self) -> list[Point | Question]:
        """What is asked in this step: every lane's point, or a question about the role of its seat."""
        spec = self.spec
        found: list[Point | Question] = []
        for lane in range(spec.asks_per_step):
            point = self.walks[f"lane {lane}"].point
            quiz = chance.draw(str(spec.seed), "quiz", self.progress.step, lane) < spec.quiz
            found.append(question(point) if quiz else point)
        return found

    def _outcomes(self, made: Sequence[Group]) -> float:
        """Play the forks out where the outcome counts by now; the share of its weight."""
        spec, progress = self.spec, self.progress
        share = spec.outcome.share(progress.counted)
        formed = fmean(one.form for group in made for one in group.marks)
        if spec.outcome.rise and (progress.counted or formed >= spec.outcome.after_format):
            progress.counted += 1
            for group in made:
                group.play_out()
        return share

    def _expect(self, made: Sequence[Group], baselines: Baselines) -> None:
        """Learn what matches come to for the roles that were asked."""
        for group in made:
            if group.outcomes:
                baselines = baselines.after(group.point.role, group.point.setup, fmean(group.outcomes))
        self.progress.baselines = dict(baselines.known)

    def _teach(self, made: Sequence[Group], advantages: Sequence[Sequence[float]]) -> tuple[Figures, float]:
        """One step of the optimizer on the groups that teach something."""
        if not made:
            return {"loss": 0.0, "kl": None, "entropy": None, "clipped": None}, 0.0
        spec, policy = self.spec, self.policy
        prompts, answers = [one.prompt for one in made], [one.answers for one in made]
        policy.model.train()
        scored = policy.score(prompts, answers)
        with torch.no_grad():
            start = policy.score(prompts, answers, at_start=True).logps
        sampled = torch.zeros_like(start)
        for row, answer in enumerate(one for group in answers for one in group):
            sampled[row, : len(answer.logps)] = torch.tensor(answer.logps, device=sampled.device)
        wanted = torch.tensor([one for group in advantages for one in group], device=sampled.device)
        found: Found = loss(scored, sampled, start, wanted, spec.asks_per_step * spec.group_size, spec)
        norm = self._learn(found.loss)
        learnt = {"loss": found.loss.item(), "kl": found.kl, "entropy": found.entropy, "clipped": found.clipped}
        return {name: _rounded(value) for name, value in learnt.items()}, norm

    def _learn(self, found: torch.Tensor) -> float:
        """Go down a loss; the gradient's norm before it is clipped. Raises NotFinite, and then nothing is changed."""
        self.optimizer.zero_grad(set_to_none=True)
        found.backward()
        norm = float(torch.nn.utils.clip_grad_norm_(list(self.policy.learning.values()), self.spec.max_grad_norm))
        if not math.isfinite(norm) or not math.isfinite(found.item()):
            raise NotFinite(f"step {self.progress.step}: the loss is {found.item()} and its gradient {norm}")
        self.optimizer.step()
        return norm

    def _move_on(self, made: Sequence[Group]) -> None:
        """Every match goes on: by its script, or by one of the answers."""
        for lane, group in enumerate(made):
            walk = self.walks[f"lane {lane}"]
            by_answer = self.spec.move_on == "completion" and not isinstance(group.item, Question)
            walk.move_on(chance.pick(group.texts, walk.point.id, "moves on") if by_answer else "")

    def _sample(self, made: Sequence[Group]) -> None:
        for group in made[: self.spec.samples]:
            rewards = group.rewards(self.spec)
            scripted = "" if isinstance(group.item, Question) else text_of(group.point, group.point.scripted)
            line = {"step": self.progress.step, "point": group.item.id, "role": group.point.role,
                    "prompt": group.item.messages[-1].content, "scripted": scripted,
                    "completions": list(group.texts), "rewards": list(rewards),
                    "outcomes": list(group.outcomes)}  # fmt: skip
            self.folder.add(SAMPLES, line)


def figures(made: Sequence[Group], spec: GrpoSpec) -> Figures:
    """What is counted of a step's answers. Shares are of the answers to points, from 0 to 1."""
    marks = [one for group in made if group.deeds for one in group.marks]
    free = [one for one in marks if one.may_act]
    quiz = [one.understood for group in made for one in group.marks if one.understood is not None]
    worth = [one for group in made for one in group.rewards(spec)]
    outcomes = [one for group in made for one in group.outcomes]
    return {
        "reward_mean": _rounded(fmean(worth)), "reward_std": _rounded(pstdev(worth)), "groups": len(made),
        "format": _share(marks, lambda one: one.form), "legal": _share(marks, lambda one: one.legal),
        "target": _share(marks, lambda one: one.legal and one.sensible),
        "active": _share(free, lambda one: one.legal and one.sensible and one.active),
        "tokens": _rounded(fmean(len(one.ids) for group in made for one in group.answers)),
        "understood": _rounded(fmean(quiz)) if quiz else None,
        "outcome": _rounded(fmean(outcomes)) if outcomes else None,
    }  # fmt: skip


def _share(marks: Sequence[Any], is_so: Callable[[Any], bool]) -> float | None:
    return _rounded(fmean(is_so(one) for one in marks)) if marks else None


def _rounded(number: float) -> float:
    if not math.isfinite(number):
        raise NotFinite("a figure of the curve is not finite")
    return round(number, 6)
