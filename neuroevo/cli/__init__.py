"""The command line: one file for each command, and a main that turns errors into exit codes.

The files of commands import only what ``--help`` needs; libraries that load slowly (numba, pandas,
plotly, pydantic, rich) are imported in the functions that use them. Data go to stdout, messages to
stderr.
"""
