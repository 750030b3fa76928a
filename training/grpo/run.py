"""One run: warm steps, then steps of GRPO, with checkpoints from which it goes on as if nothing had happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict

from training.config.grpo import GrpoSpec
from training.folder import CURVE, GAMES, TRIALS, RunFolder
from training.grpo import checkpoints, trial
from training.grpo.episode_steps import episode_step
from training.grpo.figures import Figures
from training.grpo.games import games_keep
from training.grpo.learning import Learning
from training.grpo.point_steps import point_step
from training.grpo.policy import Policy
from training.grpo.sampling import Sampler, Unserved
from training.grpo.teaching import rows
from training.grpo.workshop import Cancelled, Progress, Workshop
from training.rollout.points import Place, Walk
from training.rollout.tables import learner

TOLD = ("loss", "reward_mean", "format", "legal", "target", "active", "outcome", "grad_norm")
"""Figures that the log names at every step."""


class Run:
    """A run in its folder. `stopping` says whether somebody wants it to stop."""

    def __init__(
        self, spec: GrpoSpec, policy: Policy, folder: RunFolder, stopping: Callable[[], bool],
        sampler: Sampler | None = None,
    ) -> None:  # fmt: skip
        self.spec, self.policy, self.folder = spec, policy, folder
        self.progress = Progress()
        self.began = time.monotonic()
        self.saved: int | None = None
        """The step of the newest checkpoint."""
        newest, optimizer = folder.checkpoint(), None
        if newest:
            state, optimizer = checkpoints.load(newest, policy)
            self.progress = Progress(**state)
            self.saved = self.progress.step
            self.began -= self.progress.seconds
        folder.cut(self.progress.step)
        self.held_out = trial.points(spec)
        self.warm_walk, self.walks = self._walks()
        learning = Learning(policy, self._rate())
        if optimizer:
            learning.optimizer.load_state_dict(optimizer)
        self.shop = Workshop(spec, policy, sampler or policy, learning, folder, self.progress, stopping)

    def go(self) -> Figures:
        """Learn to the end; the figures of the result.

        Raises NotFinite, and, once there is a checkpoint from which the run goes on, Cancelled and Unserved.
        """
        try:
            return self._go()
        except (Cancelled, Unserved):
            if self.saved != self.progress.step:
                self._checkpoint()
            raise
        finally:
            self.shop.sampler.close()

    def _go(self) -> Figures:
        spec = self.spec
        if not self.folder.lines(TRIALS):
            made = trial.of_scripts(spec, self.held_out)
            self.folder.add(TRIALS, *({"step": 0, **counts} for counts in made))
        self._try("before")
        self._play()
        while self.progress.step < spec.all_steps:
            if self.progress.step == spec.warm_start.steps and self.policy.start is None:
                self._turn_to_grpo()
            self._note(self._step())
            self._play()
            self.shop.pause()
        if spec.all_steps == spec.warm_start.steps:
            self._try("warm")
        self._try("after")
        return {"trials": self.folder.lines(TRIALS), "seconds": round(time.monotonic() - self.began, 1)}

    def _turn_to_grpo(self) -> None:
        if self.spec.warm_start.steps:
            self._try("warm")
        self.policy.remember()
        self.shop.learning.begin(self._rate())

    def _step(self) -> Figures:
        """The next step's line of the curve. One that was not gone through to its end has not begun."""
        spec, progress = self.spec, self.progress
        progress.step += 1
        try:
            if progress.step <= spec.warm_start.steps:
                return self._warm_step()
            if progress.step <= spec.warm_start.steps + spec.steps:
                return point_step(self.shop, self.walks)
            return episode_step(self.shop)
        except (Cancelled, Unserved):
            progress.step -= 1
            raise

    def _warm_step(self) -> Figures:
        made = rows(self.policy, self.warm_walk, self.spec)
        return {
            "phase": "warm",
            **self.shop.learning.imitate([one.prompt for one in made], [one.answer for one in made]),
        }

    def _note(self, line: Figures) -> None:
        """Write the step down; a checkpoint where one is due, and at the last step."""
        progress = self.progress
        progress.seconds = round(time.monotonic() - self.began, 2)
        made = {"step": progress.step, "steps": self.spec.all_steps, "seconds": progress.seconds, **line}
        self.folder.add(CURVE, made)
        told = ", ".join(f"{name} {line[name]:.4g}" for name in TOLD if line.get(name) is not None)
        print(f"step {progress.step} of {self.spec.all_steps}: {told}", flush=True)  # noqa: T201
        if self._due():
            self._checkpoint()

    def _due(self) -> bool:
        """Whether there is a checkpoint at this step."""
        return self.progress.step % self.spec.save_steps == 0 or self.progress.step == self.spec.all_steps

    def _checkpoint(self) -> None:
        progress = self.progress
        places = {"warm": self.warm_walk, **{_lane(number): walk for number, walk in enumerate(self.walks)}}
        progress.places = {name: [walk.place.match, list(walk.place.moved)] for name, walk in places.items()}
        checkpoints.save(self.folder, progress.step, self.policy, self.shop.learning.optimizer, asdict(progress))
        self.saved = progress.step

    def _play(self) -> None:
        """Play a checkpoint's sample games, unless that was done."""
        step = self.progress.step
        is_wanted = self.spec.games and step and step >= self.spec.warm_start.steps and self._due()
        if is_wanted and all(line["step"] != step for line in self.folder.lines(GAMES)):
            games_keep(self.shop)

    def _try(self, when: str) -> None:
        """Try the model at the points that are held out, unless that was done."""
        if any(line["when"] == when for line in self.folder.lines(TRIALS)):
            return
        if self.held_out:
            self.shop.sampler.renew()
        made = trial.of_model(self.policy, self.shop.sampler, when, self.held_out, self.shop.pause)
        self.folder.add(TRIALS, *({"step": self.progress.step, **counts} for counts in made))

    def _walks(self) -> tuple[Walk, list[Walk]]:
        """A walk for the warm start, and one for each point of a step."""
        record = learner(family=self.spec.family)

        def walk(name: str) -> Walk:
            match, moved = self.progress.places.get(name, (0, ()))
            return Walk(self.spec.plan, f"{self.spec.seed}/{name}", record, place=Place(match, tuple(moved)))

        return walk("warm"), [walk(_lane(number)) for number in range(self.spec.asks_per_step)]

    def _rate(self) -> float:
        """The learning rate of the step that comes next."""
        warm = self.progress.step < self.spec.warm_start.steps or (self.policy.start is None and self.progress.step > 0)
        return self.spec.warm_start.learning_rate if warm else self.spec.learning_rate


def _lane(number: int) -> str:
    """The name of the walk of one of a step's points."""
    return f"lane {number}"
