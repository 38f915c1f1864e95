"""How large tables and their numbers may be, the same on all machines."""

MOST_BYTES = 2_000_000_000  # of a file, also when it is unpacked
MOST_CELLS = 100_000_000  # of a table, and of prepared inputs
MOST_COLUMNS = 10_000  # of a file
MOST_INPUT_COLUMNS = 1000
MOST_CATEGORIES = 1000  # of one column
MOST_CLASSES = 1000
LARGEST = 1e100  # of a number, so that neither squares nor sums overflow
