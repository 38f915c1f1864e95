"""How fast and how lean neuroevo is, measured and put beside its targets; asserts nothing."""
