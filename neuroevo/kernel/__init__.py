"""Compiled code that trains bundles of small networks; its arguments are arrays, unchecked.

Importing this package loads no compiler; `neuroevo.kernel.training` and
`neuroevo.kernel.prediction` do. `neuroevo.kernel.kriging` has models of results instead.
"""
