"""Fixtures of the report's tests: invented runs, written once."""

from tests.invented_findings import six
from tests.invented_runs import any_run, runs

__all__ = ["any_run", "runs", "six"]
