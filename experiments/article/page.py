"""The page and the Markdown summary of the claims; knows verdicts, and runs nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from experiments.article.verdicts import Claim, Outcome, Verdict
from neuroevo import wording
from neuroevo.analysis.sweep_results import SweepResults, quantiles
from neuroevo.report.document import Document
from neuroevo.report.figures import STYLES, PageFigure, named_figure, payload_of, scripts_of
from neuroevo.report.headline_parts import Headline, KeyNumber
from neuroevo.report.sweep import tables
from neuroevo.report.sweep.figures import SWEEP_FIGURES
from neuroevo.report.sweep.texts import estimate_text, median_text, range_text
from neuroevo.report.table import Cell, TextTable

_OUTCOMES: tuple[Outcome, ...] = ("holds", "holds only where", "does not hold")
_TITLE = "The article, measured"
_ABOUT = (
    "The verdicts are computed by `make article`, which trains all networks again and writes a "
    "page with figures; this summary is its other output. Intervals are of 95%."
)


@dataclass(frozen=True, slots=True)
class Found:
    """A claim with its verdict and its figure, if it has one."""

    claim: Claim
    verdict: Verdict
    figure: PageFigure | None = None


def figure_of(claim: Claim, results: SweepResults) -> PageFigure:
    """Return the figure that shows a claim."""
    figure = named_figure(SWEEP_FIGURES, claim.figure, results)
    return replace(figure, name=f"claim-{claim.number}")


def page(found: Sequence[Found], boards: Sequence[tuple[str, SweepResults]], networks: int) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    found
        The claims in their order.
    boards
        The hand-picked configurations on each kind of data, by its name.
    networks
        How many networks were trained for all of it.
    """
    figures = [each.figure for each in found if each.figure is not None]
    payload = payload_of(figures)
    document = Document(
        "article.html.jinja",
        title=_TITLE,
        styles=STYLES,
        scripts=scripts_of(payload),
        payload=payload,
        package="experiments.article",
        adds_styles=True,
    )
    rows = tuple(
        (
            Cell(str(each.claim.number), address=f"#claim-{each.claim.number}"),
            Cell(each.claim.text),
            Cell(each.verdict.text),
        )
        for each in found
    )
    settings = boards[0][1].settings
    replicates = len(settings[0].scores["final_mse"]) if settings else 0
    return document.render(
        {
            "headline": _headline(found, networks),
            "table": TextTable((Cell("no."), Cell("claim"), Cell("verdict")), rows),
            "found": found,
            "boards": [(name, tables.settings(results)) for name, results in boards],
            "replicates": replicates,
        }
    )


def summary(found: Sequence[Found], boards: Sequence[tuple[str, SweepResults]]) -> str:
    """Return the summary as Markdown; the same results give the same bytes."""
    lines = [
        f"# {_TITLE}",
        "",
        f"{_counts(found)} {_ABOUT}",
        "",
        "| no. | claim | verdict |",
        "|---|---|---|",
        *(f"| {each.claim.number} | {each.claim.text} | {each.verdict.text} |" for each in found),
    ]
    for each in found:
        lines += [
            "",
            f"## {each.claim.number}. {each.claim.text}",
            "",
            f"**{each.verdict.text}.** {' '.join(each.verdict.sentences)}",
        ]
    lines += ["", "## The author's choices against an evolved network"]
    for name, results in boards:
        lines += ["", f"### {name}", "", *_markdown(results)]
    return "\n".join(lines) + "\n"


def _markdown(results: SweepResults) -> list[str]:
    samples, error, parameters = results.objectives
    names = ["", "samples to target", "5% to 95%", "final MSE", "parameters", "diverged"]
    rows = [
        [
            each.label,
            estimate_text(results.median(each, samples), samples),
            range_text(*quantiles(each.scores[samples.name]), samples),
            estimate_text(results.median(each, error), error),
            median_text(results.median(each, parameters), parameters),
            wording.share(results.diverged(each) / max(len(each.scores[error.name]), 1)),
        ]
        for each in results.settings
    ]
    return ["| " + " | ".join(row) + " |" for row in (names, ["---"] * len(names), *rows)]


def _headline(found: Sequence[Found], networks: int) -> Headline:
    counts = Counter(each.verdict.outcome for each in found)
    numbers = tuple(
        KeyNumber(str(counts[outcome]), label)
        for outcome, label in zip(
            _OUTCOMES, ("hold", "hold only in part", "do not hold"), strict=True
        )
    )
    lead = (
        "Each claim of the article was tried by hand a few times; here each is an experiment with "
        "many replicates, and its verdict is computed from what was measured."
    )
    return Headline(
        _counts(found), lead, (*numbers, KeyNumber(f"{networks:,}", "networks trained"))
    )


def _counts(found: Sequence[Found]) -> str:
    counts = Counter(each.verdict.outcome for each in found)
    verbs = (
        ("holds", "hold"),
        ("holds only in part", "hold only in part"),
        ("does not hold", "do not hold"),
    )
    parts = [
        f"{counts[outcome]} {one if counts[outcome] == 1 else several}"
        for outcome, (one, several) in zip(_OUTCOMES, verbs, strict=True)
        if counts[outcome]
    ]
    return f"Of {wording.counted(len(found), 'claim')} of the article {wording.listed(parts)}."
