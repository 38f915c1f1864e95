"""HTML pages: template, styles, payload, scripts and content security policy. It knows no run.

A page contains all its assets, or links to them on its own server. The policy allows exactly
these assets and no other request.
"""

import base64
import hashlib
import importlib.util
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

from neuroevo.errors import NeuroevoError
from neuroevo.report import theme

PACKAGE = "neuroevo.report"  # its assets are shared by all pages

PLOTLY_CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,  # its button would upload the figure
    "plotlyServerURL": "",
    "typesetMath": False,  # a name between dollar signs is not a formula
    "responsive": True,
    "displayModeBar": False,  # it would cover the legends; a double click resets a zoom
}


# Around the function of plotly.js, which is the second argument of a call.
_CALL, _FUNCTION, _END = '(typeof self !== "undefined" ? self : this, ', "() => {", "));"


@dataclass(frozen=True, slots=True)
class Asset:
    """A style or a script.

    Parameters
    ----------
    name
        File name, used in links to it.
    text
        Content of the file.
    is_module
        Whether a script runs as a module.
    """

    name: str
    text: str
    is_module: bool = False

    @property
    def digest(self) -> str:
        """The hash that stands for it in a content security policy."""
        return f"sha256-{base64.b64encode(hashlib.sha256(self.text.encode()).digest()).decode()}"


@dataclass(frozen=True, slots=True)
class Document:
    """A page without the values of its template.

    Parameters
    ----------
    template
        File name of its template, which extends ``document.html.jinja``.
    title
        Title of the browser tab.
    styles, scripts
        Assets in their order.
    payload
        Plain JSON values that the scripts read from the element ``payload``; None for no element.
    package
        The package with the template in its folder ``assets``.
    adds_styles
        Whether a script adds style elements, as plotly does; hashes can't cover them.
    has_worker
        Whether a script starts a web worker from a text.
    follows
        Whether a script reads an event stream of the page's own server.
    beside
        Names of scripts that are files in the folder of the page, for several pages to share.
    """

    template: str
    title: str
    styles: Sequence[Asset]
    scripts: Sequence[Asset] = ()
    payload: object = None
    package: str = PACKAGE
    adds_styles: bool = False
    has_worker: bool = False
    follows: bool = False
    beside: frozenset[str] = frozenset()

    def render(self, values: Mapping[str, Any], linked_from: str = "") -> str:
        """Return the page as HTML.

        Parameters
        ----------
        values
            Values of the template; every text is escaped.
        linked_from
            Address of the folder of the styles and scripts, ending in a slash; empty if the page
            contains them.
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
        """Return the content security policy, which allows only these styles and scripts.

        Parameters
        ----------
        linked
            Whether they come from the page's own server; scripts may then send requests to it.
        """
        scripts, styles = (
            "'self'" if linked else " ".join(f"'{each.digest}'" for each in assets) or "'none'"
            for assets in (self.scripts, self.styles)
        )
        if self.beside and not linked:
            scripts += " 'self' file:"  # a page that was opened as a file has no 'self'
        if self.adds_styles:
            styles = "'self' 'unsafe-inline'" if linked else "'unsafe-inline'"
        allowed = {
            "default-src": "'none'",
            "script-src": scripts,
            "style-src": styles,
            "img-src": "data: blob:",
            **({"connect-src": "'self'"} if linked or self.follows else {}),
            **({"worker-src": "blob:"} if self.has_worker else {}),
            "base-uri": "'none'",
            "form-action": "'self'" if linked else "'none'",
        }
        return "; ".join(f"{name} {sources}" for name, sources in allowed.items())


@cache
def asset(name: str, package: str = PACKAGE) -> Asset:
    """Return an asset by its file name.

    Parameters
    ----------
    name
        A file in the folder ``assets`` of the package, ``theme.css`` or ``plotly.min.js``.
    package
        The package.

    Raises
    ------
    NeuroevoError
        If plotly is not installed.
    """
    if name == "theme.css":
        return Asset(name, theme.style())
    if name == "plotly.min.js":  # found without importing plotly, which is slow
        found = importlib.util.find_spec("plotly")
        if found is None or not found.submodule_search_locations:
            raise NeuroevoError("plotly: must be installed for a report, but was not found")
        path = Path(found.submodule_search_locations[0]) / "package_data" / name
        return Asset(name, _parsed_once(path.read_text(encoding="utf-8")))
    return Asset(name, (files(package) / "assets" / name).read_text(encoding="utf-8"))


def _parsed_once(script: str) -> str:
    """Return plotly.js with its one function in parentheses; another script as it is.

    Browsers only skim a function that may never be called, and parse it when it is; one in
    parentheses they parse at once: https://v8.dev/blog/preparser#pife.
    """
    before, begin, rest = script.partition(_CALL + _FUNCTION)
    body, end, after = rest.rpartition("}" + _END)
    if not (begin and end) or after.strip():
        return script
    return f"{before}{_CALL}({_FUNCTION}{body}}}){_END}{after}"


def embedded(payload: object) -> Markup:
    """Return JSON for a script element, in which no character can end the element."""
    return htmlsafe_json_dumps(payload, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def with_code(text: str) -> Markup:
    """Return a text, escaped, in which texts between backticks become code elements."""
    escaped = str(escape(text))
    return Markup(re.sub("`(.*?)`", r"<code>\1</code>", escaped))  # noqa: S704 - escaped above


@cache
def _environment(package: str) -> Environment:
    return Environment(
        loader=ChoiceLoader([PackageLoader(each, "assets") for each in (package, PACKAGE)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
