"""From a raw score to a probability: how likely it is that a reader wants a paper of that score.

In come scores that are comparable between readers (each reader's scores less the mean and by the standard deviation
over a sample of the background), with what is known of the reader and the day when they are made. Out come
probabilities that keep the order of the scores. The log-odds are linear, as Platt's (1999), in the score or in its
inverse hyperbolic sine, which is the score itself near zero and a logarithm far from it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from digest.relevance.measures import paired_bootstrap

Vector = npt.NDArray[np.float64]

FOLDS = 5  # of the readers, when the form is chosen
RIDGE = 1.0  # penalty on squared standardised weights, as strong as one observation: a constant feature weighs nothing

GRADIENT = 1e-8  # of the mean log-loss by standardised weights, at which the search ends


class Curve(StrEnum):
    """What the log-odds are linear in."""

    LINEAR = "linear"  # the score
    COMPRESSED = "asinh"  # its inverse hyperbolic sine: far from zero only ratios of scores count


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Log-odds = intercept + shifts · ln(features) + (slope + slope_by_likes · ln(likes)) · curve(score).

    The features are kept within the ranges they were fitted on. ValueError where a parameter is not finite, a range
    is none, or a higher score would be less likely for some number of likes.
    """

    curve: Curve
    intercept: float
    slope: float
    slope_by_likes: float = 0.0  # more examples make a better profile, so its scores say more
    shift_by_likes: float = 0.0
    shift_by_candidates: float = 0.0
    fewest_likes: float = 1.0
    most_likes: float = 1.0
    fewest_candidates: float = 1.0  # of one day
    most_candidates: float = 1.0

    def __post_init__(self) -> None:
        if not all(np.isfinite(value) for value in asdict(self).values() if not isinstance(value, str)):
            raise ValueError("a calibration has finite numbers only")
        if not (1 <= self.fewest_likes <= self.most_likes and 1 <= self.fewest_candidates <= self.most_candidates):
            raise ValueError("the ranges of a calibration begin at 1 or later and end after they begin")
        if self._slopes(np.log([self.fewest_likes, self.most_likes])).min() < 0:
            raise ValueError("a calibration may not turn the order of the scores round")

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, object]) -> "Calibration":
        """The inverse of `parameters`, for what was read from JSON. ValueError where something is wrong."""
        expected = {field.name for field in fields(cls)}
        if set(parameters) != expected:
            raise ValueError(f"expected the parameters {', '.join(sorted(expected))}")
        numbers = {name: _number(value) for name, value in parameters.items() if name != "curve"}
        return cls(curve=Curve(str(parameters["curve"])), **numbers)

    def parameters(self) -> dict[str, str | float]:
        """All that there is to it, as JSON can hold it."""
        return asdict(self) | {"curve": self.curve.value}

    @classmethod
    def usual(cls) -> "Calibration":
        """For scores of this product's scorer: fitted by benchmarks/calibration.py.

        On readers of two kinds of libraries, of whom one to all liked papers were known. ECE on readers not used for
        fitting, of the 20 best papers of a day: .025 and .018, where 7.3 % and 3.8 % were wanted.
        """
        return cls(
            curve=Curve.COMPRESSED,
            intercept=-5.4654,
            slope=1.0309,
            slope_by_likes=0.2836,
            shift_by_likes=-0.3171,
            fewest_likes=1.0,
            most_likes=311.0,
        )

    def probability(self, scores: npt.ArrayLike, *, likes: npt.ArrayLike, candidates: npt.ArrayLike) -> Vector:
        """The chance that each paper is wanted, 0 to 1, of the shape of the scores, never falling as a score rises.

        `likes` is the number of papers the reader liked, `candidates` that of the day's papers: one for all scores
        or one each. ValueError where a score or a number is not finite.
        """
        return np.asarray(expit(self.log_odds(scores, likes=likes, candidates=candidates)), dtype=np.float64)

    def log_odds(self, scores: npt.ArrayLike, *, likes: npt.ArrayLike, candidates: npt.ArrayLike) -> Vector:
        """ln(p / (1 - p)) of the same probabilities, unbounded; it still tells apart what rounds to 0 or 1."""
        liked = np.log(np.clip(_finite(likes), self.fewest_likes, self.most_likes))
        offered = np.log(np.clip(_finite(candidates), self.fewest_candidates, self.most_candidates))
        shift = self.intercept + self.shift_by_likes * liked + self.shift_by_candidates * offered
        return np.asarray(shift + self._slopes(liked) * curved(_finite(scores), self.curve), dtype=np.float64)

    def _slopes(self, log_likes: Vector) -> Vector:
        return np.asarray(self.slope + self.slope_by_likes * log_likes, dtype=np.float64)


def curved(scores: Vector, curve: Curve) -> Vector:
    """The scores as the log-odds take them."""
    return np.arcsinh(scores) if curve is Curve.COMPRESSED else scores


class Term(StrEnum):
    """A term of the log-odds, besides the intercept; the value names its parameter."""

    SCORE = "slope"
    TRUST = "slope_by_likes"
    LIKES = "shift_by_likes"
    CANDIDATES = "shift_by_candidates"


@dataclass(frozen=True, slots=True)
class Form:
    """What the log-odds depend on."""

    curve: Curve
    terms: tuple[Term, ...]

    def simpler(self) -> "Form":
        """The form to fall back on where a fitted slope would be negative."""
        dropped = Term.TRUST if Term.TRUST in self.terms else Term.SCORE
        return replace(self, terms=tuple(term for term in self.terms if term is not dropped))


_TERMS = (
    (Term.SCORE,),
    (Term.SCORE, Term.CANDIDATES),
    (Term.SCORE, Term.LIKES),
    (Term.SCORE, Term.LIKES, Term.TRUST),
    (Term.SCORE, Term.LIKES, Term.TRUST, Term.CANDIDATES),
)
FORMS = tuple(Form(curve, terms) for terms, curve in product(_TERMS, Curve))  # simplest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """The papers of many readers' lists and what became of them; one value a paper in each array.

    The days on which a reader wanted nothing belong to them, or the probabilities come out too high. ValueError where
    the arrays are empty or of different shapes, a number is not finite, or the labels are not booleans.
    """

    scores: Vector
    labels: npt.NDArray[np.bool_]  # whether the paper was wanted
    users: npt.NDArray[np.generic]  # whose list it is in: names or numbers
    likes: npt.NDArray[np.generic]  # papers the reader had liked when the list was made; fewer than 1 count as 1
    candidates: npt.NDArray[np.generic]  # papers in the list, likewise

    def __post_init__(self) -> None:
        shapes = {np.shape(getattr(self, field.name)) for field in fields(self)}
        if len(shapes) != 1 or len(shape := shapes.pop()) != 1 or shape == (0,):
            raise ValueError("expected as many scores as labels, users, likes and candidates, and at least one")
        if self.labels.dtype != np.bool_:
            raise ValueError("expected labels that are true or false")
        for numbers in (self.scores, self.likes, self.candidates):
            _finite(numbers)

    def where(self, chosen: npt.NDArray[np.bool_ | np.intp]) -> "Votes":
        """Those under a mask, or at these places; at least one."""
        return Votes(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def fit_calibration(votes: Votes, *, seed: int) -> Calibration:
    """Of the FORMS with the better curve, the simplest that is not for certain worse than the best of all.

    Forms are judged by the log-loss of readers they were not fitted on, in FOLDS parts that the seed draws, and
    compared by a paired bootstrap over readers; the chosen one is fitted on all. ValueError where nothing or
    everything was wanted, or there are fewer readers than FOLDS.
    """
    if votes.labels.all() or not votes.labels.any():
        raise ValueError("expected papers that were wanted and papers that were not")
    names, places = np.unique(votes.users, return_inverse=True)
    if len(names) < FOLDS:
        raise ValueError(f"expected at least {FOLDS} readers, found {len(names)}")
    folds = np.random.default_rng(seed).permutation(len(names))[places] % FOLDS
    losses = {form: _left_out(votes, form, places, folds) for form in FORMS}
    best = min(losses, key=lambda form: float(losses[form].mean()))
    rivals = (form for form in FORMS if form.curve is best.curve)
    chosen = next(form for form in rivals if paired_bootstrap(losses[form], losses[best], seed=seed).sign <= 0)
    return _fitted(votes, chosen)


def recentred(calibration: Calibration, votes: Votes) -> Calibration:
    """The same calibration with the intercept at which it expects as many wanted papers as there were.

    How much is wanted differs from place to place and cannot be seen in a score (prior shift: Saerens et al., 2002).
    The rate aimed at is (n₊ + 1) / (n + 2), so that lists without a hit do not make a hit impossible.
    """
    from scipy.optimize import brentq  # 12 MiB that nobody needs who only composes

    odds = calibration.log_odds(votes.scores, likes=votes.likes, candidates=votes.candidates)
    rate = (int(votes.labels.sum()) + 1) / (len(odds) + 2)
    low, high = logit(rate) - odds.max() - 1, logit(rate) - odds.min() + 1  # all below the rate, and all above
    shift = brentq(lambda moved: float(expit(odds + moved).mean() - rate), float(low), float(high))
    return replace(calibration, intercept=calibration.intercept + float(shift))


def _left_out(votes: Votes, form: Form, places: npt.NDArray[np.intp], folds: npt.NDArray[np.intp]) -> Vector:
    """Mean log-loss of each reader, shape (n_readers,), by parameters that were fitted without them."""
    losses = np.zeros(len(votes.scores))
    for fold in range(FOLDS):
        held = folds == fold
        fitted, test = _fitted(votes.where(~held), form), votes.where(held)
        odds = fitted.log_odds(test.scores, likes=test.likes, candidates=test.candidates)
        losses[held] = np.logaddexp(0, np.where(test.labels, -odds, odds))
    return np.bincount(places, weights=losses) / np.bincount(places)


def _fitted(votes: Votes, form: Form) -> Calibration:
    """The parameters of one form; of a simpler one where a higher score would be less likely."""
    score, likes = curved(votes.scores, form.curve), _logarithm(votes.likes)
    columns = {
        Term.SCORE: score,
        Term.TRUST: likes * score,
        Term.LIKES: likes,
        Term.CANDIDATES: _logarithm(votes.candidates),
    }
    intercept, weights = _platt([columns[term] for term in form.terms], votes.labels)
    ends = [max(1.0, float(edge(values))) for values in (votes.likes, votes.candidates) for edge in (np.min, np.max)]
    ranges = dict(zip(("fewest_likes", "most_likes", "fewest_candidates", "most_candidates"), ends, strict=True))
    found = {"slope": 0.0} | {term.value: weight for term, weight in zip(form.terms, weights, strict=True)}
    slopes = (found["slope"] + found.get("slope_by_likes", 0.0) * np.log(end) for end in ends[:2])
    if min(slopes) < 0:
        return _fitted(votes, form.simpler())
    return Calibration(curve=form.curve, intercept=intercept, **found, **ranges)


def _platt(columns: list[Vector], labels: npt.NDArray[np.bool_]) -> tuple[float, list[float]]:
    """Intercept and weights of the likeliest log-odds, for targets that Platt (1999) smooths.

    The target of a wanted paper is (n₊ + 1) / (n₊ + 2), of another 1 / (n₋ + 2), so that no weight runs away where
    the classes can be told apart.
    """
    wanted = int(labels.sum())
    targets = np.where(labels, (wanted + 1) / (wanted + 2), 1 / (len(labels) - wanted + 2))
    means = np.array([column.mean() for column in columns])
    from scipy.optimize import minimize

    scales = np.array([column.std() if np.ptp(column) else 1.0 for column in columns])
    matrix = np.stack([np.ones(len(labels)), *((c - m) / s for c, m, s in zip(columns, means, scales, strict=True))], 1)
    penalty = np.array([0.0] + [RIDGE] * len(columns)) / len(labels)

    def loss(weights: Vector) -> tuple[float, Vector]:
        odds = matrix @ weights
        mean = float(np.mean(np.logaddexp(0, odds) - targets * odds))
        slope = matrix.T @ (expit(odds) - targets) / len(targets)
        return mean + float(penalty @ weights**2) / 2, slope + penalty * weights

    def curvature(weights: Vector) -> Vector:
        chances = expit(matrix @ weights)
        squares = (matrix.T * (chances * (1 - chances))) @ matrix / len(targets)
        return np.asarray(squares + np.diag(penalty), dtype=np.float64)

    start = np.zeros(matrix.shape[1])
    start[0] = logit(targets.mean())
    found = minimize(loss, start, jac=True, hess=curvature, method="trust-exact", options={"gtol": GRADIENT}).x
    weights = found[1:] / scales
    return float(found[0] - weights @ means), [float(weight) for weight in weights]


def _logarithm(numbers: npt.NDArray[np.generic]) -> Vector:
    return np.log(np.maximum(_finite(numbers), 1.0))


def _finite(values: npt.ArrayLike) -> Vector:
    numbers = np.asarray(values, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("expected finite numbers")
    return numbers


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a number, found {value!r}")
    return float(value)
