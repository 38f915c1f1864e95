"""What answers a request: a page, a file, or that there is none.

It knows requests and what their addresses name; what a page shows is its own module's affair.
"""

from typing import TYPE_CHECKING, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from neuroevo.analysis.comparison import Comparison
from neuroevo.dashboard import all_runs, all_trials, one_run, one_trial
from neuroevo.dashboard.guard import address
from neuroevo.dashboard.pages import (
    LINKED_FROM,
    download,
    problem,
    saved_as,
    shown,
    whole_page,
)
from neuroevo.dashboard.shelf import Book, Shelf
from neuroevo.dashboard.sorting import whole_number
from neuroevo.playground import is_of_the_mouse, mouse_page
from neuroevo.report.comparison import comparison_page
from neuroevo.runs import best_toml

if TYPE_CHECKING:
    from neuroevo.runs import Trial

T = TypeVar("T")

FEWEST_COMPARED, MOST_COMPARED = 2, 8
MOST_ADDED = 8  # trials that an address adds to the mouse page


class Views:
    """The pages over the runs of a results folder.

    Parameters
    ----------
    shelf
        The runs.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def book(self, request: Request) -> Book:
        """Return the run that an address names.

        Raises
        ------
        HTTPException
            With 404 if there is none.
        """
        return _found(self._shelf.find(request.path_params["identity"]))

    def runs(self, request: Request) -> Response:
        """Show all runs in a table."""
        values = all_runs.content(self._shelf.look(), request.query_params)
        values["results"] = str(self._shelf.results)
        return shown("runs.html.jinja", "Runs", values)

    def run(self, request: Request) -> Response:
        """Show a run at a glance."""
        book = self._open(request)
        return shown("run.html.jinja", book.folder.id, one_run.content(book))

    def trials(self, request: Request) -> Response:
        """Show a run's trials in a table, a page of them."""
        book = self._open(request)
        values = all_trials.content(book.findings(), request.query_params)
        return shown("trials.html.jinja", f"Trials of {book.folder.id}", values)

    def trial(self, request: Request) -> Response:
        """Show one trial."""
        book = self._open(request)
        trial = self._trial(request, book)
        values = one_trial.content(book.findings(), trial)
        return shown("trial.html.jinja", f"Trial {trial.number} of {book.folder.id}", values)

    def configuration(self, request: Request) -> Response:
        """Give a trial's configuration as an experiment file."""
        book = self._open(request)
        trial = self._trial(request, book)
        text = best_toml(book.findings().experiment, trial, book.folder.id)
        return PlainTextResponse(text, headers=saved_as(f"trial-{trial.number}.toml"))

    def report(self, request: Request) -> Response:
        """Show a run's report, made of what there is now."""
        return whole_page(self._open(request).report())

    def mouse(self, request: Request) -> Response:
        """Show a run's mouse page; ``trial=NUMBER`` in the address adds a trial to choose from."""
        book = self._open(request)
        findings = book.findings()
        if not is_of_the_mouse(findings):
            raise HTTPException(404)
        numbers = [
            whole_number(each) for each in request.query_params.getlist("trial")[:MOST_ADDED]
        ]
        extra = [trial for number in numbers if (trial := book.trial(number)) is not None]
        return whole_page(mouse_page(findings, extra).encode())

    def compare(self, request: Request) -> Response:
        """Show how runs compare."""
        identities = list(dict.fromkeys(request.query_params.getlist("run")))
        if not FEWEST_COMPARED <= len(identities) <= MOST_COMPARED:
            line = f"Choose {FEWEST_COMPARED} to {MOST_COMPARED} runs in the table of runs."
            return problem(400, "Nothing to compare", (line,))
        books = [_found(self._shelf.open(identity)) for identity in identities]
        page = comparison_page(
            Comparison.of([book.findings() for book in books], identities),
            linked_from=LINKED_FROM,
            home="/",
            addresses=[address("runs", identity) for identity in identities],
        )
        return whole_page(page.encode())

    def file(self, request: Request) -> Response:
        """Give one of the files that a run offers."""
        folder = self.book(request).folder
        name = request.path_params["name"]
        paths = {path.name: path for path in one_run.offered(folder)}
        if name not in paths:
            raise HTTPException(404)
        return download(paths[name], name)

    def _open(self, request: Request) -> Book:
        return _found(self._shelf.open(request.path_params["identity"]))

    @staticmethod
    def _trial(request: Request, book: Book) -> "Trial":
        return _found(book.trial(request.path_params["number"]))


def _found(something: T | None) -> T:
    if something is None:
        raise HTTPException(404)
    return something
