"""Networks of one configuration as estimators of scikit-learn.

Knows how networks are trained; does not know how configurations are found.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state

from neuroevo.errors import UsageError
from neuroevo.estimator.configurations import (
    check_parameters,
    parameters_of,
    phenotype,
    training_settings,
)
from neuroevo.estimator.errors import as_value_errors, without_hint
from neuroevo.estimator.preparing import data_set, fitted_preparation
from neuroevo.estimator.rows import Places, Rows, divided
from neuroevo.estimator.table import ClassPredictions, TableEstimator, ValuePredictions
from neuroevo.evaluation.replicates import best_replicates
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.export import ExportableTableModel
from neuroevo.kernel.vectors import LANE_COUNTS
from neuroevo.learning import Architecture, Ensemble, Network, TrainingSettings
from neuroevo.learning.curves import stopping_of, stops
from neuroevo.learning.training import (
    SampleStream,
    Trained,
    TrainingState,
    sample_stream,
    train_further,
)
from neuroevo.tables import Preparation

Floats = npt.NDArray[np.floating]

_AVERAGED = 4  # replicates by default; more were worse on smooth functions


class NetworkEstimator(TableEstimator):
    """A network of one configuration; see `NetworkRegressor` and `NetworkClassifier`."""

    loss_curve_: list[float]
    n_iter_: int
    t_: int

    _preparation: Preparation
    _seed: int
    _parts: int  # trainings one after the other
    _states: Sequence[TrainingState | None]  # of each bundle

    def __init__(
        self,
        hidden: Sequence[object] = (32, 32),
        activation: str = "silu",
        *,
        optimizer: str = "adam",
        learning_rate: float = 0.01,
        batch_size: int = 32,
        samples: int | None = None,
        replicates: int = 16,
        ensemble: int | None = None,
        schedule: str = "cosine",
        end_factor: float = 0.01,
        momentum: float = 0.9,
        rho: float = 0.99,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
        l2: float = 0.0,
        dropout: float = 0.0,
        max_gradient_norm: float = 0.0,
        starting_weights: str = "glorot",
        biases: bool = True,
        validation: float = 0.2,
        patience: int = 30,
        restore_best: bool = True,
        validation_share: float = 0.2,
        shuffle: bool = True,
        precision: Literal["float32", "float64"] = "float32",
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.samples = samples
        self.replicates = replicates
        self.ensemble = ensemble
        self.schedule = schedule
        self.end_factor = end_factor
        self.momentum = momentum
        self.rho = rho
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.l2 = l2
        self.dropout = dropout
        self.max_gradient_norm = max_gradient_norm
        self.starting_weights = starting_weights
        self.biases = biases
        self.validation = validation
        self.patience = patience
        self.restore_best = restore_best
        self.validation_share = validation_share
        self.shuffle = shuffle
        self.precision = precision
        self.warm_start = warm_start
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    @classmethod
    def from_config(cls, config: str | Path | Experiment, **changes: object) -> Self:
        """Make an estimator with the configuration of a file, such as the best.toml of a run.

        Parameters
        ----------
        config
            An experiment in which every gene is fixed, or the path of its file.
        **changes
            Parameters that replace those of the configuration.

        Raises
        ------
        ValueError
            If it can't be read, if a gene is not fixed, or if it learns something else.
        """
        with as_value_errors():
            experiment = config if isinstance(config, Experiment) else load_experiment(config)
            parameters = parameters_of(experiment)
            is_classes = issubclass(cls, ClassifierMixin)
            if (experiment.training.loss == "cross_entropy") != is_classes:
                rule = f"must be {'cross_entropy' if is_classes else 'squared_error'}"
                name = cls.__name__
                got = experiment.training.loss
                raise UsageError(f"training.loss: {rule} for a {name}, but got {got!r}")
        return cls(**{**parameters, **changes})

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the networks, and keep the best.

        Parameters
        ----------
        X
            A data frame with numbers, text, true and false, or an array (rows, columns) of numbers.
            Missing cells are filled with medians, or the most frequent category, and marked.
        y
            What is to be learnt: array (rows,); of a regressor also (rows, targets).
        sample_weight
            Array (rows,), how much each row counts in training, in what stops it and in scores. A
            weight of 2 is the same as a row that is there twice.

        Raises
        ------
        ValueError
            With a line for each parameter or cell that is wrong; also if all networks diverge.
        """
        with as_value_errors():
            check_parameters(self.get_params())
            goes_on = self.warm_start and hasattr(self, "model_")
            rows = self._rows(X, y, sample_weight, reset=not goes_on)
            if not goes_on:
                self._begin()
            random = np.random.default_rng((self._seed, self._parts))
            training, validation = divided(rows, self.validation, random)
            if not goes_on:
                self._prepare(rows, training, X, 3)
            self._train(rows.at(training), rows.at(validation), self._settings(len(training)))
        return self

    def _fit_part(self, X: Any, y: Any, sample_weight: Any, classes: Any = None) -> Self:
        with as_value_errors():
            check_parameters(self.get_params())
            is_first = not hasattr(self, "model_")
            rows = self._rows(X, y, sample_weight, classes, reset=is_first)
            if is_first:
                self._begin()
                self._prepare(rows, np.arange(len(rows)), X, 4)
            settings = self._settings(len(rows)).replace(
                samples=len(rows), schedule="constant", patience=0
            )
            self._train(rows, rows, settings)
        return self

    def _begin(self) -> None:
        self._seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        self._parts, self._states = 0, []
        self.loss_curve_, self.n_iter_, self.t_ = [], 0, 0

    def _prepare(self, rows: Rows, training: Places, given: object, stacklevel: int) -> None:
        """Fit the preparation; warns the caller of `fit` of columns that are left out."""
        labels = getattr(self, "classes_", None)
        is_array = not isinstance(given, pd.DataFrame)
        self._preparation, notes = fitted_preparation(rows, training, labels, is_array=is_array)
        for note in notes:
            warnings.warn(without_hint(note), stacklevel=stacklevel)

    def _settings(self, rows: int) -> TrainingSettings:
        is_classes = isinstance(self, ClassifierMixin)
        return training_settings(self.get_params(), rows=rows, is_classes=is_classes)

    def _train(self, training: Rows, validation: Rows, settings: TrainingSettings) -> None:
        """Train all replicates, from where they are, and keep the best of them."""
        data = data_set(self._preparation, training, validation)
        chosen = phenotype(self.get_params(), (data.size.inputs, data.size.outputs), settings)
        stream = sample_stream(data, settings, (self._seed, self._parts))
        self._check_goes_on(chosen.architecture)
        lanes = [chosen.lane(replicate) for replicate in range(settings.replicates)]
        size = LANE_COUNTS[settings.precision]
        bundles = [lanes[first : first + size] for first in range(0, len(lanes), size)]
        states = self._states or [None] * len(bundles)
        results = Parallel(n_jobs=self.n_jobs, prefer="threads")(
            delayed(train_further)(chosen.architecture, bundle, stream, state)
            for bundle, state in zip(bundles, states, strict=True)
        )
        self._keep([trained for trained, _ in results], chosen.architecture, stream)
        self._states = [state.restarted() for _, state in results]
        self._parts += 1

    @property
    def _default_ensemble(self) -> int:
        return self.replicates if isinstance(self, ClassifierMixin) else _AVERAGED

    def _check_goes_on(self, architecture: Architecture) -> None:
        """Refuse to go on with other networks than before."""
        if not self._states:
            return
        before = self._network
        problems = [
            f"{name}: must be as in the first fit to go on with its networks, but was changed"
            for name, is_same in (
                ("hidden, activation or biases", architecture == before.architecture),
                ("precision", self.precision == before.precision),
                ("replicates", self.replicates == self._replicates),
            )
            if not is_same
        ]
        if problems:
            raise UsageError(*problems)

    def _keep(
        self, results: Sequence[Trained], architecture: Architecture, stream: SampleStream
    ) -> None:
        """Make the model of the best replicates, and the attributes about its training."""
        curves = np.concatenate([each.curves for each in results])
        parameters = np.concatenate([each.parameters for each in results])
        order = best_replicates(parameters, curves)
        if not order:
            got = f"all {len(curves)} networks diverged with {self.learning_rate}"
            raise UsageError(f"learning_rate: must be lower, as {got}")
        columns = self._preparation.columns
        averaged = order[: self._default_ensemble if self.ensemble is None else self.ensemble]
        networks = [Network(architecture, parameters[place], columns) for place in averaged]
        network = networks[0] if len(networks) == 1 else Ensemble(tuple(networks))
        self._network, self._replicates = networks[0], self.replicates
        loss = curves
        if results[0].class_curves:
            loss = np.concatenate([each.class_curves["log_loss"] for each in results])
        best = [order[0]]
        points = stream.samples_seen
        stopping = stopping_of(stream.settings, self.batch_size, points)
        seen = int(stops(curves[best], stopping, points)[0])
        self.loss_curve_ = [*self.loss_curve_, *loss[order[0]].tolist()]
        self.t_ += seen
        self.n_iter_ += -(-seen // len(stream.training.inputs))
        self.model_ = ExportableTableModel(network, self._preparation)
        if self.verbose:
            name, rows = type(self).__name__, len(stream.training.inputs)
            text = f"validation loss {self.loss_curve_[-1]:.4g} after {seen:,} samples"
            print(f"{name}: {rows:,} training rows, {len(curves)} networks, {text}")  # noqa: T201 - as scikit-learn's estimators do

    @property
    def best_loss_(self) -> float:
        """The lowest loss of `loss_curve_`."""
        return min(self.loss_curve_)

    @property
    def coefs_(self) -> list[Floats]:
        """The weights (inputs, outputs) of each layer, of the best network."""
        return [weights for weights, _ in self._network.layers]

    @property
    def intercepts_(self) -> list[Floats]:
        """The biases (outputs,) of each layer, of the best network."""
        return [biases for _, biases in self._network.layers]


class NetworkRegressor(RegressorMixin, ValuePredictions, NetworkEstimator):
    """A small network for a regression, trained from several starting weights at once.

    All replicates are trained, and those with the lowest errors on the validation rows are kept.

    Parameters
    ----------
    hidden
        Widths of the hidden layers, or pairs such as ``((32, "relu"),)``;
        ``()`` for a linear model.
    activation
        Of hidden layers without one of their own: linear, tanh, sigmoid, relu, leaky_relu, elu,
        softplus or silu.
    optimizer
        sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw.
    learning_rate
        At the beginning; inputs and targets are scaled to a standard deviation of 1.
    batch_size
        Samples of a step.
    samples
        Sample budget of each training; by default 100 passes over few rows and fewer over many.
    replicates
        Number of trainings, each from its own starting weights; 16 take as long as one.
    ensemble
        How many of the best replicates are averaged to predict, at most; by default 4, and all of
        `NetworkClassifier`, whose probabilities are better then.
    schedule, end_factor
        Schedule of the learning rate, constant, cosine or exponential, and the share of it that is
        left at the end. `partial_fit` has a constant one.
    momentum, rho, beta1, beta2, epsilon, weight_decay
        Parameters of the optimizers that have them.
    l2, dropout, max_gradient_norm
        L2 penalty, dropout rate, and the norm to which longer gradients are scaled; 0 for none.
    starting_weights, biases
        uniform, glorot or he; whether there are biases.
    validation
        Share of the rows that are left out to choose the best replicate and when to stop; with 0,
        all rows train and validate.
    patience, restore_best
        After how many points of the learning curve without a lower validation error a training
        stops; 0 for never. There are 20 points for each factor of ten of the samples; those without
        an update since the point before do not count. Whether it then has the weights with the
        lowest one.
    validation_share
        Share of the work that validation may take.
    shuffle
        Whether rows come in random order, a new one in each pass.
    precision
        float32 or float64.
    warm_start
        Whether `fit` goes on with the networks of the last `fit`.
    random_state
        Seed of starting weights, order and validation rows, or a generator from which it is drawn.
    n_jobs
        Number of threads, each for 16 replicates; None for 1.
    verbose
        Whether a line is printed after a training.

    Attributes
    ----------
    model_
        The networks with the preparation of their rows: `model_.to("onnx")`, `model_.save(path)`.
    loss_curve_
        Validation loss at each point of the learning curve of the best network: its mean squared
        error on scaled targets, or its log loss.
    best_loss_
        The lowest of these.
    t_, n_iter_
        How many samples the best network has seen, and how many passes over the rows these are.
    coefs_, intercepts_
        Weights and biases of the best network.
    n_features_in_, feature_names_in_
        Number of columns, and their names if X was a frame with names.

    Examples
    --------
    >>> from neuroevo.estimator import NetworkRegressor
    >>> model = NetworkRegressor(hidden=(16,), random_state=0).fit(X, y)  # doctest: +SKIP
    >>> model.predict(X)  # doctest: +SKIP
    """

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one pass over some rows, from where the networks are.

        The first rows decide how columns are scaled, and which categories there are. The replicates
        with the lowest errors on the rows of the call are kept. Parameters and errors are those of
        `fit`.
        """
        return self._fit_part(X, y, sample_weight)


class NetworkClassifier(ClassifierMixin, ClassPredictions, NetworkEstimator):
    """A small network for classes, trained from several starting weights at once.

    All replicates are trained, and those with the lowest errors on the validation rows are kept.
    Parameters and attributes are those of `NetworkRegressor`, also `n_features_in_` and
    `feature_names_in_`, and `classes_`, the labels of the classes in order.

    Examples
    --------
    >>> from neuroevo.estimator import NetworkClassifier
    >>> model = NetworkClassifier(hidden=(16,), random_state=0).fit(X, y)  # doctest: +SKIP
    >>> model.predict_proba(X)  # doctest: +SKIP
    """

    def partial_fit(
        self,
        X: Any,
        y: Any,
        classes: Any = None,
        sample_weight: Any = None,
    ) -> Self:
        """Train for one pass over some rows, from where the networks are.

        The first rows decide how columns are scaled, and which categories there are. The replicates
        with the lowest errors on the rows of the call are kept. Other parameters and errors are
        those of `fit`.

        Parameters
        ----------
        classes
            All classes; to be given in the first call if its rows do not have all of them. They
            must have two.
        """
        return self._fit_part(X, y, sample_weight, classes)
