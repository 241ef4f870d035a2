"""The logs that random runs leave, as one short line for each seed.

``python -m tests.properties.digests FROM TO`` prints the lines, with one
number the events of that seed. Two processes must print the same.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from random import Random

from tests.properties import generator
from tests.properties.disturbance import Run, chunked


def run_of(seed: int) -> Run:
    """Return what became of the workflow of a seed."""
    with chunked(seed):
        run = Run(generator.library(Random(seed)), Random(seed))
        run.live()
    return run


def main(arguments: list[str]) -> None:
    """Print what the arguments ask for."""
    if len(arguments) == 1:
        for log in run_of(int(arguments[0])).world.logs.values():
            print(*log, sep="\n")
        return
    for seed in range(int(arguments[0]), int(arguments[1])):
        told = repr(run_of(seed).world.logs)
        print(seed, sha256(told.encode()).hexdigest()[:16])


if __name__ == "__main__":
    main(sys.argv[1:])
