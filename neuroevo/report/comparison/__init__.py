"""Comparisons of two or more runs: figures, tables and sentences."""

from neuroevo.report.comparison.compared_runs import ComparedRuns, compare_runs
from neuroevo.report.comparison.comparison_page import comparison_figures, comparison_page

__all__ = ["ComparedRuns", "compare_runs", "comparison_figures", "comparison_page"]
