"""``neuroevo train``: one configuration is trained, and its network is written as a model file."""

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroevo.cli import options
from neuroevo.cli.counting import counted
from neuroevo.cli.terminal import Column, Table, print_heading, print_table, print_text, say
from neuroevo.errors import UsageError
from neuroevo.files import with_home

if TYPE_CHECKING:
    from neuroevo.search.one_configuration import Scores
    from neuroevo.search.trained_model import TrainedModel

EXAMPLES = options.examples(
    "neuroevo train best.toml -o flats.safetensors",
    "neuroevo train latest --samples 100000 --seeds 5",
    "neuroevo train best.toml --data more-flats.csv --ensemble 8",
    "neuroevo train latest --all-rows -o flats.safetensors",
    "neuroevo best latest --rank 2 | neuroevo train - -o second.safetensors",
)


def train(  # noqa: PLR0913, PLR0917 - the options that users may give
    configuration: Annotated[
        str,
        typer.Argument(
            metavar="CONFIG.toml|RUN",
            help="A file with every gene fixed, such as a best.toml, or - for stdin; or a run, for "
            "its best configuration.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            parser=with_home,
            metavar="FILE",
            help="The model file; NAME.safetensors by default.",
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", parser=with_home, metavar="FILE", help="Another table with the same columns."
        ),
    ] = None,
    samples: Annotated[
        int | None, typer.Option("--samples", metavar="N", help="Another sample budget.")
    ] = None,
    overrides: options.Overrides = None,
    seeds: Annotated[
        int, typer.Option("--seeds", metavar="N", help="Train with N seeds, keep the best network.")
    ] = 1,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="The first seed, if another.")
    ] = None,
    all_rows: Annotated[  # noqa: FBT002 - an option
        bool,
        typer.Option("--all-rows", help="Train on the validation and test rows too, see above."),
    ] = False,
    ensemble: Annotated[
        int,
        typer.Option("--ensemble", metavar="K", help="Average the K networks that validate best."),
    ] = 1,
    cross_validate: Annotated[
        int,
        typer.Option(
            "--cross-validate",
            metavar="K",
            help="Compare the K best configurations of a run on all rows first, see above.",
        ),
    ] = 1,
    rank: Annotated[int, typer.Option(metavar="K", help="Rank on the front of a run.")] = 1,
    jobs: options.Jobs = -1,
    results: options.Results = options.RESULTS,
    quiet: options.Quiet = False,  # noqa: FBT002 - an option
) -> None:
    """Train one configuration and write its network.

    All replicates are trained as in a search, and the network with the lowest validation MSE is
    kept. Unchanged, a run's best configuration gives its champion again, the same to the bit.

    With --all-rows, that replicate is then trained again on the rows of all parts, for the median
    of the samples at which the replicates had their last weights, as no rows are left to say when
    to stop. With --ensemble 4 or more, of at most 50,000 rows, each network is trained on three
    quarters of all rows instead, and the others stop it, in turn. The scores are those without
    these rows. With --cross-validate 16, the 16 best configurations of a run are compared so on the
    rows outside the test part, and the one whose networks are best on rows that they have not seen
    is trained; with 4 or 16 times the samples, unless --samples is given, if that is better there.
    Both need trainings with patience, as those for tables have.

    Writes a model file, which predict, export and neuroevo.load read. Prints its path to stdout;
    scores go to stderr.
    """
    from neuroevo import api
    from neuroevo.storage.atomic import check_writable

    if output is not None and output.suffix != _SUFFIX:
        raise UsageError(f"--output: must end with {_SUFFIX}, but got {output}")
    check_writable(output or Path(f"network{_SUFFIX}"))  # the name of another is not known yet
    if cross_validate > 1 and not quiet:
        say(f"comparing up to {cross_validate:,} configurations by cross-validation")
    with (
        warnings.catch_warnings(record=True) as caught,
        counted("training", "seeds", quiet=quiet) as counter,
    ):
        warnings.simplefilter("always")
        model = api.train(
            configuration,
            data=data,
            samples=samples,
            seeds=seeds,
            all_rows=all_rows,
            ensemble=ensemble,
            cross_validate=cross_validate,
            n_jobs=jobs,
            random_state=seed,
            overrides=overrides or (),
            rank=rank,
            results=results,
            counter=counter,
        )
    path = output or Path(f"{model.name}{_SUFFIX}")
    model.save(path)
    if not quiet:
        for warning in caught:
            say(f"warning: {warning.message}")
        _print_scores(model)
        say(f"wrote {path}, {path.stat().st_size:,} bytes")
    typer.echo(path)


_SUFFIX = ".safetensors"


def _print_scores(model: "TrainedModel") -> None:
    stream = sys.stderr
    if model.validation or model.test:
        print_heading("Scores of the model", stream)
        print_table(_parts(model), stream)
        print_text(_explanation(model), stream)
    if len(model.seeds) > 1:
        print_heading("The best network with each seed", stream)
        print_table(_seeds(model), stream)
    diverged = sum(each.diverged for each in model.seeds)
    if diverged:
        total = sum(each.replicates for each in model.seeds)
        say(f"{diverged:,} of {total:,} networks diverged and are left out")


def _parts(model: "TrainedModel") -> Table:
    names = [*(model.validation or model.test)]
    columns = (Column("rows"), *_columns(names))
    parts = (("validation", model.validation), ("test", model.test))
    return Table(columns, tuple((part, *_cells(names, each)) for part, each in parts if each))


def _explanation(model: "TrainedModel") -> str:
    sentences = ["The validation rows chose the network, so that their scores are too good."]
    if model.test:
        sentences.append("The test rows were not used.")
    if model.samples is not None:
        sentences = [*_on_all_rows(model), sentences[0]]
    if model.trial is not None:
        with_more = f", with {model.times_samples} times the samples of the search"
        longer = with_more * (model.times_samples > 1)
        sentences.insert(0, f"Trial {model.trial} was the best by cross-validation{longer}.")
    return " ".join(sentences)


def _on_all_rows(model: "TrainedModel") -> list[str]:
    samples = f"{model.samples:,} samples"
    if model.folds == 1:
        return [
            f"The model was trained on all rows, for {samples}.",
            "The scores are those of the same replicates, trained without these rows.",
        ]
    stopped = f"which said when to stop: after {samples} in the median"
    return [
        f"All rows are {model.folds} folds; each network was trained on all but one, {stopped}.",
        "The scores are those of networks that were trained on the training rows alone.",
    ]


def _seeds(model: "TrainedModel") -> Table:
    first = next((each for each in model.seeds if each.validation), model.seeds[0])
    names, tested = [*first.validation][:1], [*first.test][:1]
    columns = (
        Column("seed", right=True),
        Column("samples", right=True),
        *_columns(names, "validation "),
        *_columns(tested, "test "),
    )
    rows = tuple(
        (
            str(each.seed),
            f"{each.samples:,}",
            *_cells(names, each.validation),
            *_cells(tested, each.test),
        )
        for each in model.seeds
    )
    return Table(columns, rows)


def _columns(names: list[str], part: str = "") -> tuple[Column, ...]:
    from neuroevo.evaluation.scores import METRICS

    return tuple(Column(f"{part}{METRICS[name].label}", right=True) for name in names)


def _cells(names: list[str], scores: "Scores") -> tuple[str, ...]:
    from neuroevo.evaluation.scores import METRICS
    from neuroevo.report.held_out_texts import metric_text

    return tuple(
        metric_text(METRICS[name], scores[name]) if name in scores else "–" for name in names
    )
