"""The command line: one file a command, and one main that turns errors into exit codes.

The command files import only what the list of commands needs; whatever is slow to load (numba,
pandas, plotly, pydantic, rich) is imported in the command that uses it, so that ``--help`` is
quick. Data go to stdout, all that is said about them to stderr.
"""
