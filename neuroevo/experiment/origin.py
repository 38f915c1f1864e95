"""Where a configuration comes from: the table ``[origin]`` of a best.toml.

It is checked when the file is read, and no run depends on it.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from neuroevo.settings import Settings

Text = Annotated[str, Field(max_length=1000)]


class OriginScore(Settings):
    """A score on the test part with its 95% interval."""

    value: float
    low: float
    high: float


class Origin(Settings):
    """Where a configuration comes from.

    Attributes
    ----------
    run
        The id of its run.
    trial
        The number of its trial.
    generation
        The trial's generation.
    baseline
        The name of a baseline; empty for a trial of the search.
    neuroevo, python, processor, libraries
        The versions and the processor with which its networks were trained; empty if unknown.
    data
        A hash of all data, see `neuroevo.runs.data_hash`.
    columns
        The columns of the table that are inputs; empty if there is no table, or if they are many.
    objectives, fresh_objectives
        The objectives of the search, and those on fresh seeds, without penalties and what is not
        finite.
    test
        The scores on the test part, the mean over the replicates; empty if it was not scored.
    """

    run: Text = ""
    trial: int = Field(default=0, ge=0)
    generation: int = Field(default=0, ge=0)
    baseline: Text = ""
    neuroevo: Text = ""
    python: Text = ""
    processor: Text = ""
    libraries: Mapping[Text, Text] = Field(default_factory=dict)
    data: Text = ""
    columns: tuple[Text, ...] = ()
    objectives: Mapping[Text, float] = Field(default_factory=dict)
    fresh_objectives: Mapping[Text, float] = Field(default_factory=dict)
    test: Mapping[Text, OriginScore] = Field(default_factory=dict)
