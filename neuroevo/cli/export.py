"""``neuroevo export``: a run's network in another format."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from neuroevo.cli.options import RESULTS, Results, examples
from neuroevo.cli.terminal import say
from neuroevo.cli.trained import (
    Choice,
    Ensemble,
    RunOrFile,
    is_file,
    model_of_file,
    run_with_networks,
)
from neuroevo.errors import UsageError
from neuroevo.files import with_home

EXAMPLES = examples(
    "neuroevo export latest --to onnx -o flats.onnx",
    "neuroevo export latest --to c > flats.h",
    "neuroevo export latest --to json --rank 2 | jq .inputs",
    "neuroevo export flats.safetensors --to js > flats.js",
    "neuroevo export latest --to onnx --ensemble 8",
)


def export(  # noqa: PLR0913, PLR0917 - the options that users may give
    run: RunOrFile,
    to: Annotated[
        Literal["safetensors", "onnx", "torch", "sklearn", "json", "js", "c"],
        typer.Option("--to", help="The format, see above."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", parser=with_home, metavar="FILE", help="Write to this file."
        ),
    ] = None,
    rank: Annotated[int, typer.Option(metavar="K", help="Rank on the front, 1 for the best.")] = 1,
    ensemble: Ensemble = None,
    results: Results = RESULTS,
) -> None:
    """Write a run's network, or that of a model file, in another format.

    The file takes raw rows: it fills, scales and encodes columns as in the training, and gives
    classes by name or targets on their raw scale. Its beginning says how it is used.

    \b
    safetensors  weights and their description; neuroevo.load reads it
    onnx         a graph with an input for each raw column; needs pip install 'neuroevo[onnx]'
    torch        a Python file with a torch.nn.Module and its state_dict
    sklearn      a Pipeline, in a file of skops; needs pip install 'neuroevo[sklearn]'
    json         all numbers with their names; neuroevo.load reads it
    js           an ES module without dependencies, for browsers and Node
    c            a header of C99 in single precision, without heap, for small processors

    Texts go to stdout; the others to RUN.safetensors and so on, unless --output is given; it is -
    for stdout.
    """  # noqa: D301 - typer keeps the lines of a table after this mark
    from neuroevo.export import FORMATS
    from neuroevo.storage.atomic import write_atomically

    choice = Choice(rank, ensemble)
    if is_file(run):
        name, model = Path(run).stem, model_of_file(run, choice)
    else:
        found = run_with_networks(run, results, "its network is exported")
        name = found.id if rank == 1 else f"{found.id}-{rank}"
        model = found.champion(rank, ensemble=choice.averaged)
    content = model.to(to)
    if str(output) == "-" or (output is None and isinstance(content, str)):
        data = content.encode("utf-8") if isinstance(content, str) else content
        if not isinstance(content, str) and sys.stdout.isatty():
            raise UsageError(f"--output: {to} must go to a file or a pipe, but got a terminal")
        sys.stdout.buffer.write(data)
        return
    path = output or Path(f"{name}{FORMATS[to].suffix}")
    write_atomically(path, content)
    say(f"wrote {path}, {path.stat().st_size:,} bytes")
