"""What a page of several runs needs to know of the server that shows it; it knows no run."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Served:
    """Addresses on a server, and what a page follows there.

    Parameters
    ----------
    assets
        Address of the folder of the page's styles and scripts, ending in a slash.
    home
        Address of the list of runs.
    name
        What the breadcrumbs call the page.
    addresses
        Addresses of the pages of its runs, in their order.
    stream
        Address of the event stream of its runs.
    followed
        JSON of each run's id -> its state and number of generations: the page is loaded again when
        they change. Empty for a page that stays as it is.
    follows_new
        Whether it is also loaded again when the stream has another run.
    """

    assets: str
    home: str = "/"
    name: str = "comparison"
    addresses: Sequence[str] = ()
    stream: str = "/events"
    followed: str = ""
    follows_new: bool = False
