"""Pages with living networks, which learn and predict in the reader's browser.

The mouse page: two circles that follow the pointer through networks that learn in the page. It
reads findings and writes HTML files; it knows no folder but the run's, and no search.
"""

from neuroevo.playground.mouse_page import mouse_page
from neuroevo.playground.payload import is_of_the_mouse
from neuroevo.playground.run_pages import report_page, write_report

__all__ = ["is_of_the_mouse", "mouse_page", "report_page", "write_report"]
