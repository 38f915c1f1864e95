"""A row of the table: a fault, how often it was made, and its damage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """The outcomes of one kind of fault."""

    fault: str
    times: int
    lost: int  # finished trials that are missing afterwards, or were trained again
    differing: int  # results unlike those of an undisturbed run
    note: str = ""
