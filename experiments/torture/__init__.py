"""Counts what runs lose under faults of all kinds; `make torture` prints the table.

One module for each family of faults; each returns rows (fault, times, lost, differing).
"""
