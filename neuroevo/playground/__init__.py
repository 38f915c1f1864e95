"""Pages with networks that learn and predict in the browser.

So far the mouse page: two circles follow the pointer, each through a network that learns in the
page. This package reads findings and writes HTML files into a run's folder; it knows no search.
"""

from neuroevo.playground.mouse_page import mouse_page
from neuroevo.playground.payload import is_mouse_run
from neuroevo.playground.run_pages import report_page, write_report

__all__ = ["is_mouse_run", "mouse_page", "report_page", "write_report"]
