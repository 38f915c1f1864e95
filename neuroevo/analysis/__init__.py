"""Numbers about runs: what was found, what mattered, how runs compare; no words and no pixels."""
