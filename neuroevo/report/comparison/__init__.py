"""Shows two or more runs beside one another: figures, tables and sentences over a comparison."""

from neuroevo.report.comparison.opened import ComparedRuns, compare_runs
from neuroevo.report.comparison.page import comparison_page

__all__ = ["ComparedRuns", "compare_runs", "comparison_page"]
