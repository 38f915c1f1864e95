"""Measures speed and memory, and compares them with targets; asserts nothing."""
