"""Tables for the tests of estimators, and parameters that make them fast."""

from typing import Any

import numpy as np
import pandas as pd

NETWORK: dict[str, Any] = {
    "hidden": (6,),
    "samples": 1500,
    "replicates": 3,
    "batch_size": 8,
    "random_state": 0,
}
SEARCH: dict[str, Any] = {
    "generations": 2,
    "population": 4,
    "overrides": ("training.samples=1500", "training.replicates=3"),
    "random_state": 0,
}


def flats(rows: int = 80) -> tuple[pd.DataFrame, pd.Series]:
    """Return a table with text, true and false, and missing cells, and the rents."""
    random = np.random.default_rng(1)
    area = random.uniform(20, 120, rows).round(1)
    district = random.choice(["north", "river", "old town"], rows)
    lift = random.random(rows) < 0.5
    rent = 9 * area + 200 * (district == "river") + 50 * lift + random.normal(0, 20, rows)
    area[::17] = np.nan
    frame = pd.DataFrame({"area": area, "district": district, "lift": lift})
    return frame, pd.Series(rent.round(), name="rent")


def labelled(rows: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Return points in three clusters, and the names of these."""
    random = np.random.default_rng(2)
    classes = np.arange(rows) % 3
    centres = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]])
    return centres[classes] + random.normal(0, 0.5, (rows, 2)), np.array(["b", "c", "a"])[classes]
