"""Compiled code of a kriging model (a Gaussian process) on genes; arrays in, arrays out.

Its vectors hold numbers of eight trials or children, one in each lane. It uses neither BLAS nor
libm, and takes each sum in a fixed order, so the bits are the same on every processor. Importing
this package loads no compiler; `neuroevo.kernel.kriging.model` does.
"""
