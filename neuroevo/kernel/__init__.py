"""Trains bundles of small networks: arrays in, arrays out; compiled; no checks, no settings.

Importing this package loads no compiler; `neuroevo.kernel.training` does.
"""
