"""Documents grouped by what sets them apart: TF-IDF, k-means, the number of groups by silhouette.

What comes out is a question to look into and never a finding, and says so itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

Floats = NDArray[np.float64]
MOST = 4_000
"""Documents that are grouped; of more, so many are drawn."""
FEWEST = 30
GROUPS = range(2, 9)
MARGIN = 0.05
"""By how much a silhouette must be above that of the same words dealt out at random."""
JUDGED = 1_000
"""Documents that a silhouette is computed of: it grows with their square."""
DIMENSIONS = 40
TELLING = 6
EXAMPLES = 3


class Of(StrEnum):
    """What is grouped."""

    DEEDS = "deeds"
    SUMMARIES = "summaries"


@dataclass(frozen=True, slots=True)
class Document:
    """A seat's deeds as features, or a text; where it is from, and the events that it rests on."""

    block: int
    arm: str
    seat: int
    model: str
    role: str
    words: Sequence[str] | str
    text: str = ""
    """What is shown of it as an example."""
    events: tuple[int, ...] = ()
    trial: int | None = None
    """The row behind it, where there is one, for links."""


@dataclass(frozen=True, slots=True)
class Example:
    """A document in the middle of its group."""

    block: int
    arm: str
    seat: int
    model: str
    role: str
    text: str
    events: tuple[int, ...]
    trial: int | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A group: its size, the same by arm and by model, what is said in it more than elsewhere, and its midst."""

    size: int
    by_arm: dict[str, int]
    by_model: dict[str, int]
    telling: tuple[str, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Clusters:
    """Groups of what a study looked at. `arms` are how many documents of each arm were grouped.

    `silhouette` says how far apart the groups lie, `by_chance` the same of words dealt out at random. Without
    groups, `reason` says why. Nothing here was registered: it is exploratory.
    """

    of: Of
    documents: int
    drawn_from: int
    silhouette: float | None
    by_chance: float | None
    arms: dict[str, int]
    clusters: tuple[Cluster, ...]
    reason: str = ""
    exploratory: bool = True

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def clusters_from_json(value: Mapping[str, Any]) -> Clusters:
    """The clusters that `to_json` wrote."""
    groups = [
        Cluster(**{
            **group, "telling": tuple(group["telling"]),
            "examples": tuple(Example(**{**one, "events": tuple(one["events"])}) for one in group["examples"]),
        })
        for group in value["clusters"]
    ]  # fmt: skip
    return Clusters(**{**value, "of": Of(value["of"]), "clusters": tuple(groups)})


def clusters_of(documents: Sequence[Document], of: Of, *, seed: int = 0) -> Clusters:
    """Groups of documents; none where there are too few, or where no number of groups sets them apart."""
    kept = _drawn(documents, seed)
    arms = dict(sorted(Counter(one.arm for one in kept).items()))
    if len(kept) < FEWEST:
        return Clusters(of, len(kept), len(documents), None, None, arms, (), f"fewer than {FEWEST} to group")
    with threadpool_limits(1):
        found = _best([one.words for one in kept], of, seed)
        chance = _best(_dealt([one.words for one in kept], seed), of, seed).silhouette
    if found.silhouette < chance + MARGIN:
        reason = "no number of groups sets them apart more than words dealt out at random"
        return Clusters(of, len(kept), len(documents), found.silhouette, chance, arms, (), reason)
    groups = [_cluster(kept, found, group) for group in range(max(found.places) + 1)]
    ordered = tuple(sorted(groups, key=lambda one: -one.size))
    return Clusters(of, len(kept), len(documents), found.silhouette, chance, arms, ordered)


@dataclass(frozen=True, slots=True)
class _Grouping:
    """Documents as counted words and as points, and the number of groups that sets them apart best."""

    names: NDArray[Any]
    counted: Any
    points: Floats
    places: NDArray[np.int64]
    silhouette: float


def _best(words: Sequence[Sequence[str] | str], of: Of, seed: int) -> _Grouping:
    vectorizer = _vectorizer(of, max(2, len(words) // 200))
    counted = vectorizer.fit_transform(words)
    points = _points(counted, seed)
    unlike = len(np.unique(points.round(6), axis=0))
    tries = [_grouped(points, k, seed) for k in GROUPS if k < max(unlike, 3)]
    score, places = max(tries, key=lambda one: one[0])
    return _Grouping(np.array(vectorizer.get_feature_names_out()), counted, points, places, score)


def _dealt(words: Sequence[Sequence[str] | str], seed: int) -> list[Sequence[str] | str]:
    """The same words in documents as long as before, whoever said them."""
    split = [one.split() if isinstance(one, str) else list(one) for one in words]
    pool = [word for one in split for word in one]
    dealt = iter([pool[place] for place in np.random.default_rng(seed).permutation(len(pool))])
    hands = [[next(dealt) for _ in one] for one in split]
    return [" ".join(hand) if isinstance(one, str) else hand for one, hand in zip(words, hands, strict=True)]


def _order(one: Document) -> tuple[Any, ...]:
    return one.block, one.arm, one.seat, one.events, str(one.words)


def _drawn(documents: Sequence[Document], seed: int) -> list[Document]:
    told = sorted((one for one in documents if one.words), key=_order)
    if len(told) <= MOST:
        return told
    return [told[place] for place in sorted(np.random.default_rng(seed).permutation(len(told))[:MOST])]


def _vectorizer(of: Of, least: int) -> Any:
    if of is Of.DEEDS:
        return TfidfVectorizer(analyzer=list, min_df=least, sublinear_tf=True)
    return TfidfVectorizer(stop_words="english", ngram_range=(1, 2), min_df=least, sublinear_tf=True)


def _points(counted: Any, seed: int) -> Floats:
    """Documents on the unit sphere of few dimensions, where distance is unlikeness."""
    size = min(DIMENSIONS, counted.shape[1] - 1, counted.shape[0] - 1)
    points: Floats = counted.toarray() if size < 2 else TruncatedSVD(size, random_state=seed).fit_transform(counted)
    return np.asarray(normalize(points))


def _grouped(points: Floats, k: int, seed: int) -> tuple[float, NDArray[np.int64]]:
    places = KMeans(k, n_init=4, random_state=seed).fit_predict(points)
    if len(set(places)) < 2:
        return -1.0, places
    judged = min(JUDGED, len(points))
    return float(silhouette_score(points, places, sample_size=judged, random_state=seed)), places


def _cluster(documents: Sequence[Document], found: _Grouping, group: int) -> Cluster:
    inside = found.places == group
    mine = [one for one, is_in in zip(documents, inside, strict=True) if is_in]
    gap = np.asarray(found.counted[inside].mean(axis=0) - found.counted[~inside].mean(axis=0)).ravel()
    near = np.argsort(-(found.points[inside] @ found.points[inside].mean(axis=0)), kind="stable")
    return Cluster(
        len(mine), dict(sorted(Counter(one.arm for one in mine).items())),
        dict(sorted(Counter(one.model for one in mine).items())),
        tuple(str(found.names[place]) for place in np.argsort(-gap, kind="stable")[:TELLING] if gap[place] > 0),
        tuple(_example(mine[place]) for place in near[:EXAMPLES]),
    )  # fmt: skip


def _example(one: Document) -> Example:
    return Example(one.block, one.arm, one.seat, one.model, one.role, one.text, one.events[:8], one.trial)
