"""Request handlers: each returns a page or a file, or raises a 404.

They know requests and addresses; the content of a page comes from the page's own module.
"""

from typing import TYPE_CHECKING, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from neuroevo.analysis.comparison import Comparison
from neuroevo.dashboard import all_runs, all_trials, one_figure, one_run, one_sweep, one_trial
from neuroevo.dashboard.links import ROOT
from neuroevo.dashboard.pages import (
    LINKED_FROM,
    download,
    html_response,
    problem,
    rendered,
    rendered_figure,
    saved_as,
)
from neuroevo.dashboard.run_list import CachedRun, RunList, followed
from neuroevo.dashboard.sorting import whole_number
from neuroevo.dashboard.sweep_list import OpenSweep, SweepList
from neuroevo.playground import is_mouse_run, mouse_page
from neuroevo.report.comparison import comparison_page
from neuroevo.report.plots import figures_of
from neuroevo.report.served import Served
from neuroevo.runs import permission_problems

if TYPE_CHECKING:
    from neuroevo.runs import Trial

T = TypeVar("T")

FEWEST_COMPARED, MOST_COMPARED = 2, 8
MOST_ADDED = 8  # trials that an address adds to the mouse page


class Views:
    """The pages on the runs and sweeps of a results folder."""

    def __init__(self, run_list: RunList, sweeps: SweepList) -> None:
        self._run_list = run_list
        self._sweeps = sweeps

    def find(self, request: Request) -> CachedRun:
        """Return the run that an address names.

        Raises
        ------
        HTTPException
            With 404 if there is none.
        """
        return _found(self._runs(request).find(request.path_params["identity"]))

    def find_sweep(self, request: Request) -> OpenSweep:
        """Return the sweep that an address names.

        Raises
        ------
        HTTPException
            With 404 if there is none.
        """
        return _found(self._sweeps.find(request.path_params["sweep"]))

    def runs(self, request: Request) -> Response:
        """Show the tables of runs and sweeps."""
        values = all_runs.content(self._run_list.listed(), request.query_params)
        values["results"] = str(self._run_list.results)
        values["protected"] = permission_problems(self._run_list.results)
        values["sweeps"] = self._sweeps.listed()
        return rendered("runs.html.jinja", "Runs", values)

    def sweep(self, request: Request) -> Response:
        """Show the results of a sweep as they are now."""
        return html_response(one_sweep.page(self.find_sweep(request)).encode())

    def run(self, request: Request) -> Response:
        """Show the overview of a run."""
        run = self._open(request)
        return rendered("run.html.jinja", run.folder.id, one_run.content(run))

    def trials(self, request: Request) -> Response:
        """Show one page of the table of trials."""
        run = self._open(request)
        values = all_trials.content(run, request.query_params)
        return rendered("trials.html.jinja", f"Trials of {run.folder.id}", values)

    def trial(self, request: Request) -> Response:
        """Show one trial."""
        run, trial = self._open_trial(request)
        values = one_trial.content(run, trial)
        return rendered("trial.html.jinja", f"Trial {trial.number} of {run.folder.id}", values)

    def configuration(self, request: Request) -> Response:
        """Return a trial's configuration as an experiment file."""
        run, trial = self._open_trial(request)
        text = run.findings().configuration_file(trial)
        return PlainTextResponse(text, headers=saved_as(f"trial-{trial.number}.toml"))

    def figure(self, request: Request) -> Response:
        """Show one figure of a run as it is now."""
        run, name = self._open(request), request.path_params["name"]
        shown_runs = followed([run])
        if name not in figures_of(run.findings().experiment):
            raise HTTPException(404)
        values = one_figure.content(run, name)
        title = f"{values['shown'].title} of {run.folder.id}"
        values |= {"followed": shown_runs, "stream": run.stream}
        return rendered_figure(title, values, values["shown"])

    def report(self, request: Request) -> Response:
        """Show the report of a run as it is now."""
        return html_response(self._open(request).report())

    def mouse(self, request: Request) -> Response:
        """Show a run's mouse page; ``trial=NUMBER`` in the address adds a trial to its menus."""
        run = self._open(request)
        findings = run.findings()
        if not is_mouse_run(findings):
            raise HTTPException(404)
        numbers = map(whole_number, request.query_params.getlist("trial")[:MOST_ADDED])
        extra = [trial for number in numbers if (trial := run.trial(number)) is not None]
        return html_response(mouse_page(findings, extra, crumbs=(ROOT, *run.crumbs)).encode())

    def compare(self, request: Request) -> Response:
        """Show a comparison of runs."""
        identities = list(dict.fromkeys(request.query_params.getlist("run")))
        if not FEWEST_COMPARED <= len(identities) <= MOST_COMPARED:
            line = f"Select {FEWEST_COMPARED} to {MOST_COMPARED} runs in the table of runs."
            return problem(400, "Nothing to compare", (line,))
        runs = [_found(self._run_list.open(identity)) for identity in identities]
        addresses = [run.address for run in runs]
        served = Served(LINKED_FROM, addresses=addresses, followed=followed(runs))
        compared = Comparison.of([run.findings() for run in runs], identities)
        return html_response(comparison_page(compared, served).encode())

    def file(self, request: Request) -> Response:
        """Return one of the files of a run that may be downloaded."""
        name = request.path_params["name"]
        for path in one_run.downloads(self.find(request).folder):
            if path.name == name:
                return download(path, name)
        raise HTTPException(404)

    def _open(self, request: Request) -> CachedRun:
        return _found(self._runs(request).open(request.path_params["identity"]))

    def _runs(self, request: Request) -> RunList:
        return self.find_sweep(request).runs if "sweep" in request.path_params else self._run_list

    def _open_trial(self, request: Request) -> "tuple[CachedRun, Trial]":
        run = self._open(request)
        return run, _found(run.trial(request.path_params["number"]))


def _found(something: T | None) -> T:
    if something is None:
        raise HTTPException(404)
    return something
