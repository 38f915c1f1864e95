"""The child process of the fuzzer: `python -m experiments.torture.fuzzing INPUT FOLDER`.

Stores each input with a problem in the folder. The only importer of atheris. Arguments after the
folder are libFuzzer's own, such as corpus folders.
"""

import hashlib
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["neuroevo", "tomllib", "tomli_w"]):
    from experiments.torture.strangers import WAYS_IN, judge


def main() -> None:
    """Fuzz a kind of input; never returns, since libFuzzer ends the process."""
    way, kept = WAYS_IN[sys.argv[1]], Path(sys.argv[2])
    folder = Path(tempfile.mkdtemp(dir=kept))

    def try_input(content: bytes) -> None:
        if judge(way, content, folder):
            (kept / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)

    for example in way.examples:  # the first calls import libraries
        judge(way, example, folder)
    atheris.Setup([sys.argv[0], *sys.argv[3:]], try_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
