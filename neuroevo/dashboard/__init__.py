"""A local web server over a results folder: it reads runs while they go on and writes nothing."""

from neuroevo.dashboard.server import Dashboard, Limits

__all__ = ["Dashboard", "Limits"]
