"""Compiled numerical kernels: arrays in, arrays and a status out.

Nothing here knows pharmacology or units. Importing this package is cheap; importing one of its
modules loads numba.
"""
