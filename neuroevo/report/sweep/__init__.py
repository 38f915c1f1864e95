"""Reports of sweeps: figures, tables and sentences."""

from neuroevo.report.sweep.opened_sweep import SweepReport, load_sweep

__all__ = ["SweepReport", "load_sweep"]
