"""Runs in the trackers of others, while they go on: MLflow and TensorBoard, one file each.

A tracker only reads the run folder. What goes wrong with it never harms the run.
"""

from neuroevo.tracking.following import Following
from neuroevo.tracking.trackers import TRACKERS, check_trackers

__all__ = ["TRACKERS", "Following", "check_trackers"]
