"""Lets ``python -m neuroevo`` do what the ``neuroevo`` command does."""

from neuroevo.cli.main import main

if __name__ == "__main__":
    main()
