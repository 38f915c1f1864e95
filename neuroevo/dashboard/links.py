"""Links between the pages of the dashboard; it knows no run and no request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A text with an address; ``key`` is the key on the keyboard that follows it, if any."""

    text: str
    address: str
    key: str = ""


ALL_RUNS = Link("All runs", "/", "u")
ROOT = ("Runs", "/")  # the list of all runs, as the first of breadcrumbs


def trial_link(base: str, number: int) -> Link:
    """Return the link to a trial of the run at an address."""
    return Link(f"{number}", f"{base}/trials/{number}")
