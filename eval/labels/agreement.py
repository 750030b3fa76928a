"""How far annotators agree, and what a judge is worth against a gold set. Pure figures; None where there is none.

Two raters: Cohen's kappa. More of them, or gaps: Krippendorff's alpha for names. Agreement alone is never shown, since
on a rare behaviour two who always say no agree nearly always.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product

LEAST_PRECISION, LEAST_KAPPA = 0.8, 0.6
"""The gate: a code on which a judge reaches less is not reliable, and leaves the analysis."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """What an annotator said against what is so: hits, false alarms, misses, and what both left out."""

    hits: int = 0
    alarms: int = 0
    misses: int = 0
    absent: int = 0

    @property
    def n(self) -> int:
        """Units on which both are known."""
        return self.hits + self.alarms + self.misses + self.absent

    @property
    def precision(self) -> float | None:
        """Of what was called present, how much is."""
        return _share(self.hits, self.hits + self.alarms)

    @property
    def recall(self) -> float | None:
        """Of what is present, how much was found."""
        return _share(self.hits, self.hits + self.misses)

    @property
    def specificity(self) -> float | None:
        """Of what is absent, how much was left out."""
        return _share(self.absent, self.absent + self.alarms)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa."""
        if not self.n:
            return None
        said, so = self.hits + self.alarms, self.hits + self.misses
        by_chance = (said * so + (self.n - said) * (self.n - so)) / self.n**2
        return _share((self.hits + self.absent) / self.n - by_chance, 1 - by_chance)

    @property
    def passes(self) -> bool:
        """Whether the code may be analysed: precision and kappa are known and high enough."""
        precision, kappa = self.precision, self.kappa
        return precision is not None and kappa is not None and precision >= LEAST_PRECISION and kappa >= LEAST_KAPPA

    def prevalence(self, observed: float) -> float | None:
        """How frequent a behaviour is where an annotator with these errors finds it so often (Rogan and Gladen).

        None where the annotator tells presence from absence no better than chance.
        """
        found, left = self.recall, self.specificity
        if found is None or left is None or found + left <= 1:
            return None
        return min(1.0, max(0.0, (observed + left - 1) / (found + left - 1)))


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def confusion(pairs: Iterable[tuple[bool, bool]]) -> Confusion:
    """What is so beside what was said, counted."""
    count = Counter(pairs)
    return Confusion(count[True, True], count[False, True], count[True, False], count[False, False])


def alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha for names. Each unit holds what was said of it, by however many said anything."""
    together: defaultdict[tuple[Hashable, Hashable], float] = defaultdict(float)
    for values in units:
        counted = Counter(values)
        for (one, n), (other, m) in product(counted.items(), repeat=2):
            if len(values) > 1:
                together[one, other] += n * (m - (one == other)) / (len(values) - 1)
    total: defaultdict[Hashable, float] = defaultdict(float)
    for (one, _), weight in together.items():
        total[one] += weight
    differ = sum(weight for (one, other), weight in together.items() if one != other)
    expected = sum(total[one] * total[other] for one, other in permutations(total, 2))
    return 1 - (sum(total.values()) - 1) * differ / expected if expected else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of one code: how many units had more than one annotator, and how far they agreed."""

    units: int
    alpha: float | None
    confusion: Confusion | None
    """Where there are just two annotators: one against the other, in the order of their names."""


def agreement(said: Mapping[Hashable, Mapping[str, bool]]) -> Agreement:
    """How far annotators agree on one code: by unit, what each of them said."""
    shared = [by for by in said.values() if len(by) > 1]
    annotators = sorted({name for by in shared for name in by})
    two = confusion((by[annotators[0]], by[annotators[1]]) for by in shared) if len(annotators) == 2 else None
    return Agreement(len(shared), alpha([tuple(by.values()) for by in shared]), two)
