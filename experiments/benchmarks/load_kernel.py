"""Compiles the kernel or loads it from the cache, as a process of its own, and says what it took.

`python -m experiments.benchmarks.load_kernel PRECISION` writes JSON to stdout.
"""

import json
import sys
import time
from importlib import import_module

if __name__ == "__main__":
    begun = time.perf_counter()
    import_module("numba")
    training = import_module("neuroevo.learning.training")
    imported, cpu_before = time.perf_counter(), time.process_time()
    training.compile_kernel(sys.argv[1])
    readings = {
        "import_seconds": imported - begun,
        "seconds": time.perf_counter() - imported,
        "cpu_seconds": time.process_time() - cpu_before,
    }
    sys.stdout.write(json.dumps(readings))
