"""What every HTML page of ours is made of: template, styles, payload, scripts and their policy.

A page holds all that it needs, or links to its assets on the server that it comes from. The policy
allows exactly these and no other request. It knows no run.
"""

import base64
import hashlib
import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from neuroevo.errors import NeuroevoError
from neuroevo.report import theme

HOME = "neuroevo.report"  # the package whose assets all pages share

PLOTLY_CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,  # its button would upload the figure
    "plotlyServerURL": "",
    "typesetMath": False,  # a name between dollar signs is no formula
    "responsive": True,
    "displayModeBar": False,  # it would lie over the legends; a double click resets a zoom
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A style or a script.

    Parameters
    ----------
    name
        The file's name, by which a server knows it.
    text
        All of it.
    is_module
        Whether it is a script that is to run as a module.
    """

    name: str
    text: str
    is_module: bool = False

    @property
    def digest(self) -> str:
        """What a policy knows it by."""
        return f"sha256-{base64.b64encode(hashlib.sha256(self.text.encode()).digest()).decode()}"


@dataclass(frozen=True, slots=True)
class Document:
    """A page before its values are put in.

    Parameters
    ----------
    template
        File name of its template, which extends ``document.html.jinja``.
    title
        What the browser's tab says.
    styles, scripts
        In their order.
    payload
        Plain JSON values that the scripts read from the element ``payload``; None: there is none.
    package
        The package in whose ``assets`` the template lies.
    adds_styles
        Whether a script makes style elements of its own, as plotly does: they can't be held to
        hashes.
    has_worker
        Whether a script starts a worker from a text of its own.
    """

    template: str
    title: str
    styles: Sequence[Asset]
    scripts: Sequence[Asset] = ()
    payload: object = None
    package: str = HOME
    adds_styles: bool = False
    has_worker: bool = False

    def render(self, values: Mapping[str, Any], linked_from: str = "") -> str:
        """Return the page as HTML.

        Parameters
        ----------
        values
            What the template asks for; every text among them is escaped.
        linked_from
            Address of the folder from which the page gets its styles and scripts, ending in a
            slash; empty: it holds them.
        """
        template = _environment(self.package).get_template(self.template)
        return template.render(
            values,
            document=self,
            policy=self.policy(linked=bool(linked_from)),
            linked_from=linked_from,
            inlined=lambda asset: Markup(asset.text),  # noqa: S704 - files of ours and plotly's
            embedded=embedded,
        )

    def policy(self, *, linked: bool = False) -> str:
        """Return the content security policy: these styles and scripts, and nothing else.

        Parameters
        ----------
        linked
            Whether they come from the page's own server, which its scripts may then ask again.
        """
        scripts, styles = (
            "'self'" if linked else " ".join(f"'{each.digest}'" for each in assets) or "'none'"
            for assets in (self.scripts, self.styles)
        )
        if self.adds_styles:
            styles = "'self' 'unsafe-inline'" if linked else "'unsafe-inline'"
        allowed = {
            "default-src": "'none'",
            "script-src": scripts,
            "style-src": styles,
            "img-src": "data: blob:",
            **({"connect-src": "'self'"} if linked else {}),
            **({"worker-src": "blob:"} if self.has_worker else {}),
            "base-uri": "'none'",
            "form-action": "'self'" if linked else "'none'",
        }
        return "; ".join(f"{name} {sources}" for name, sources in allowed.items())


@cache
def asset(name: str, package: str = HOME) -> Asset:
    """Return an asset by its file name; ``theme.css`` and ``plotly.min.js`` are no files of ours.

    Parameters
    ----------
    name
        A file in the ``assets`` of a package.
    package
        The package.

    Raises
    ------
    NeuroevoError
        If plotly is not installed.
    """
    if name == "theme.css":
        return Asset(name, theme.style())
    if name == "plotly.min.js":
        return Asset(name, _plotly_script())
    return Asset(name, (files(package) / "assets" / name).read_text(encoding="utf-8"))


def embedded(payload: object) -> Markup:
    """Return JSON that can stand in a script element: no character of it can end the element."""
    text = json.dumps(payload, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - made harmless in the lines above


def with_code(text: str) -> Markup:
    """Return a text, escaped, with what stands in backticks as code."""
    pieces = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if index % 2 else Markup("{}").format(piece)
        for index, piece in enumerate(pieces)
    )


@cache
def _environment(package: str) -> Environment:
    homes = dict.fromkeys([package, HOME])
    return Environment(
        loader=ChoiceLoader([PackageLoader(home, "assets") for home in homes]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _plotly_script() -> str:
    # Found without importing plotly, which takes longer than all of the page.
    found = importlib.util.find_spec("plotly")
    if found is None or not found.submodule_search_locations:
        raise NeuroevoError("plotly: must be installed for a report, but was not found")
    path = Path(found.submodule_search_locations[0]) / "package_data" / "plotly.min.js"
    return path.read_text(encoding="utf-8")
