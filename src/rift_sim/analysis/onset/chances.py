"""Naive models of onset: what regressions and trees make of what was known at the origin.

Each is given what its entry in `naive_chances` says, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rift_sim.analysis.extras import need
from rift_sim.analysis.forecasts.regression import chances, standardise
from rift_sim.analysis.onset.transitions import Features
from rift_sim.analysis.resample import number_clusters
from rift_sim.errors import InputError
from rift_sim.physics.arrays import Floats
from rift_sim.physics.streams import Process, stream

__all__ = ["NaiveChances", "boosted", "cross_chances", "later_chances", "logistic", "naive_chances"]

Classifier = Callable[[Floats, NDArray[np.bool_], Floats, int], Floats]
"""Rows and outcomes of what is known, rows of what is asked, seed; gives the chances."""


class NaiveChances(NamedTuple):
    """Chances from a naive model, and what it was given.

    Attributes
    ----------
    chance
        Shape (place,); NaN where the outcome is.
    knows
        In words.
    """

    chance: Floats
    knows: str


def logistic(rows: Floats, happened: NDArray[np.bool_], new: Floats, seed: int = 0) -> Floats:
    """Return the chances of a ridge-penalised logistic regression; see `cross_chances`.

    It has no random part: `seed` is there so that classifiers can be called alike.
    """
    del seed
    known, asked = standardise(rows, new)
    return chances(known, happened, asked)


def boosted(rows: Floats, happened: NDArray[np.bool_], new: Floats, seed: int = 0) -> Floats:
    """Return the chances of gradient boosted trees (Friedman 2001, doi:10.1214/aos/1013203451).

    A hundred trees of up to eight leaves with twenty places or more, learning rate 0.05: settings
    for a few hundred events, set beforehand and not tuned. Gaps in `rows` are a branch of
    their own. See `cross_chances` for the parameters.
    """
    if happened.all() or not happened.any():
        return np.full(len(new), float(happened[0]))
    model = need("sklearn.ensemble").HistGradientBoostingClassifier(
        max_iter=100,
        learning_rate=0.05,
        max_leaf_nodes=8,
        min_samples_leaf=20,
        early_stopping=False,
        random_state=int(stream(seed, 0, 0, Process.ONSET) >> np.uint64(33)),
    )
    # Threads cost more than they bring with some hundred places.
    with need("threadpoolctl").threadpool_limits(1, user_api="openmp"):
        return np.asarray(model.fit(rows, happened).predict_proba(new)[:, 1], np.float64)


def cross_chances(
    rows: Floats, outcome: Floats, blocks: ArrayLike, classifier: Classifier, *, seed: int = 0
) -> Floats:
    """Predict each block from the others, within one transition.

    Not a forecast: the other blocks' outcome lies after the origin. Where a block has many
    events the others have few, so that a model without any knowledge ranks blocks the wrong
    way round; compare within blocks (`rift_sim.analysis.onset.discrimination.within_auc`).

    Parameters
    ----------
    rows
        Shape (place, feature).
    outcome
        1, 0, or NaN where there is none, shape (place,).
    blocks
        Label of each place, such as its department; two blocks with an outcome, or more.
    classifier
        `logistic` or `boosted`.
    seed
        Of the classifier.

    Returns
    -------
    ndarray
        Shape (place,); NaN where the outcome is.

    Raises
    ------
    InputError
        When only one block has an outcome.
    """
    numbers, known = number_clusters(blocks, outcome.size), ~np.isnan(outcome)
    with_outcome = np.unique(numbers[known])
    if with_outcome.size < 2:
        raise InputError("only one block has an outcome", allowed="two or more")
    found = np.full(outcome.size, np.nan)
    for block in with_outcome:
        asked, others = known & (numbers == block), known & (numbers != block)
        found[asked] = classifier(rows[others], outcome[others] > 0.5, rows[asked], seed)
    return found


def later_chances(
    earlier: Floats, earlier_outcome: Floats, rows: Floats, classifier: Classifier, *, seed: int = 0
) -> Floats:
    """Predict a transition from an earlier one: a forecast, nothing from after the origin.

    Each transition's features are put on their own scale, because two surveys may see different
    shares of what there is: places are compared by how far above or below the others they are.

    Parameters
    ----------
    earlier, earlier_outcome
        Features, and 1, 0 or NaN, of a transition that was over at the origin.
    rows
        Features at the origin, the same columns.
    classifier, seed
        As in `cross_chances`.
    """
    known = ~np.isnan(earlier_outcome)
    if not known.any():
        raise InputError("the earlier transition has no outcome", allowed="one place or more")
    return classifier(
        standardise(earlier[known])[0], earlier_outcome[known] > 0.5, standardise(rows)[0], seed
    )


def naive_chances(
    known: Features,
    outcome: Floats,
    department: ArrayLike,
    earlier: tuple[Features, Floats] | None = None,
    *,
    seed: int = 0,
) -> dict[str, NaiveChances]:
    """Return the chances of all naive models, by name, with what each was given.

    Parameters
    ----------
    known
        Features at the origin.
    outcome
        Of the transition from the origin on, shape (place,); NaN where there is none.
    department
        Label of each place.
    earlier
        Features and outcome of a transition that was over at the origin.
    seed
        Of the classifiers.

    Raises
    ------
    InputError
        When the earlier transition has other features.
    """
    classifiers: dict[str, Classifier] = {"logistic": logistic, "boosted": boosted}
    column = {name: known.values[:, k] for k, name in enumerate(known.names)}
    found = {
        "department share": (
            column["department"],
            "share of the department's other places with a group at the origin",
        ),
        "neighbour share": (
            column["neighbours"],
            "share of the place's neighbours with a group at the origin",
        ),
    }
    for name, classifier in classifiers.items():
        chance = cross_chances(known.values, outcome, department, classifier, seed=seed)
        told = "features at the origin, and what happened after it in all other departments"
        found[f"{name}, other departments"] = (chance, told)
    if earlier is not None:
        before, happened = earlier
        if before.names != known.names:
            raise InputError("the earlier transition has other features", allowed=known.names)
        # On the scale of the places at risk, as in the earlier transition.
        asked = ~np.isnan(outcome)
        for name, classifier in classifiers.items():
            chance = np.full(outcome.size, np.nan)
            rows = known.values[asked]
            chance[asked] = later_chances(before.values, happened, rows, classifier, seed=seed)
            told = "features at the origin, and an earlier transition that was over by then"
            found[f"{name}, earlier transition"] = (chance, told)
    return {
        name: NaiveChances(np.where(np.isnan(outcome), np.nan, chance), told)
        for name, (chance, told) in found.items()
    }
