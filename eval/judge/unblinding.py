"""Whether the blinding holds: how well an arm can be guessed from what a judge is shown. Pure.

Two guessers: the judge itself, and a bag of words (naive Bayes over counts, each match guessed from all others). Where
one of them does better than chance, what the judge says about arms may rest on knowing them, and reports say so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from eval.labels.exact import Share, share

_WORD = re.compile(r"[a-z][a-z']+")
_ALIAS = re.compile(r"\bP\d\d\b")


@dataclass(frozen=True, slots=True)
class Sample:
    """What was shown of somebody, the arm it is from, and the match, whose samples are guessed together."""

    match: Hashable
    arm: str
    text: str


def accuracy(guessed: Iterable[tuple[str, str]]) -> Share | None:
    """How often an arm was guessed: pairs of what is so and what was guessed.

    Chance is what the best constant guess gets, and at least an even draw among the arms.
    """
    pairs = list(guessed)
    arms = Counter(so for so, _ in pairs)
    if not pairs:
        return None
    chance = max(max(arms.values()) / len(pairs), 1 / max(2, len(arms)))
    return share(sum(so == said for so, said in pairs), len(pairs), chance)


def bag_of_words(samples: Sequence[Sample]) -> list[tuple[str, str]]:
    """What each sample is, and what the words of the other matches say that it is."""
    counted = [(one, Counter(_words(one.text))) for one in samples]
    found = []
    for match in dict.fromkeys(one.match for one in samples):
        known = [(one, words) for one, words in counted if one.match != match]
        if known:
            model = _Bayes(known)
            found += [(one.arm, model.guess(words)) for one, words in counted if one.match == match]
    return found


def _words(text: str) -> list[str]:
    return _WORD.findall(_ALIAS.sub(" ", text).lower())


class _Bayes:
    """Naive Bayes over counts of words, one added to each."""

    def __init__(self, known: Sequence[tuple[Sample, Counter[str]]]) -> None:
        self._prior = Counter(one.arm for one, _ in known)
        self._counts: dict[str, Counter[str]] = {arm: Counter() for arm in self._prior}
        for one, words in known:
            self._counts[one.arm] += words
        self._size = len({word for counts in self._counts.values() for word in counts}) + 1
        self._total = {arm: counts.total() + self._size for arm, counts in self._counts.items()}

    def guess(self, words: Mapping[str, int]) -> str:
        """The likeliest arm."""
        return max(sorted(self._prior), key=lambda arm: self._score(arm, words))

    def _score(self, arm: str, words: Mapping[str, int]) -> float:
        counts, total = self._counts[arm], self._total[arm]
        return log(self._prior[arm]) + sum(n * log((counts[word] + 1) / total) for word, n in words.items())
