"""Shows two or more runs beside one another: figures, tables and sentences over a comparison."""

from neuroevo.report.comparison.comparison_page import comparison_page
from neuroevo.report.comparison.opened import ComparedRuns, compare_runs

__all__ = ["ComparedRuns", "compare_runs", "comparison_page"]
