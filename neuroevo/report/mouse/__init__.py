"""The mouse page: two circles that follow the pointer through networks that learn in the page.

It reads findings and writes one HTML file; it knows no folder but the run's, and no search.
"""

from neuroevo.report.mouse.page import mouse_page, write_mouse_page
from neuroevo.report.mouse.payload import is_of_the_mouse

__all__ = ["is_of_the_mouse", "mouse_page", "write_mouse_page"]
