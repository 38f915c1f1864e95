"""The mouse page: a circle that follows the pointer through networks that learn in the page."""
