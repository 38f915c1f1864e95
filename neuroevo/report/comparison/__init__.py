"""Compares two or more runs: how their experiments differ, what each found, how each went.

Data first (`compare`), then figures, then a page.
"""

from neuroevo.report.comparison.comparison import Comparison, Contender, compare
from neuroevo.report.comparison.opened import compare_runs
from neuroevo.report.comparison.page import comparison_page

__all__ = ["Comparison", "Contender", "compare", "compare_runs", "comparison_page"]
