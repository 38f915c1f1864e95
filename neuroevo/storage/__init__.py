"""Files that neuroevo writes: replaced as a whole, with checksums, and errors of one line.

Does not know what is in them.
"""
