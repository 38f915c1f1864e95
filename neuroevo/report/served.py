"""What a page of several runs needs to know of the server that shows it; it knows no run."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Served:
    """Addresses on a server, and what a page follows there.

    Parameters
    ----------
    assets
        Address of the folder of the page's styles and scripts, ending in a slash; empty if the page
        holds them.
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
    follows_states
        Whether it is loaded again only when the state of a run changes, such as when it ends:
        making a page after every generation can take longer than the generation.
    """

    assets: str = ""
    home: str = "/"
    name: str = "comparison"
    addresses: Sequence[str] = ()
    stream: str = "/events"
    followed: str = ""
    follows_new: bool = False
    follows_states: bool = False
