"""What becomes of a run when everything around it fails, counted; `make torture` prints the table.

One module a family of faults; each gives rows (fault, times, lost, differing).
"""
