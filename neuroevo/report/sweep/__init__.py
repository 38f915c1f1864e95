"""Reports of sweeps: figures, tables and sentences."""

from neuroevo.report.sweep.opened_sweep import SweepReport, load_sweep
from neuroevo.report.sweep.sweep_page import sweep_page

__all__ = ["SweepReport", "load_sweep", "sweep_page"]
