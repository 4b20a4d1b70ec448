"""Run halmos with one mistake of its version 0.3.3 put right: it declares SHA-256 over as many bits as there are bytes.

Runs in the environment of requirements/contracts.txt, which pins that version.
"""

from __future__ import annotations

import sys
from typing import Any

import halmos.sevm as machine
from halmos.__main__ import main

NODE = 65  # bytes that the hash of an inner node is taken of: the only length TransparencyLog hashes


class Sorts:
    """The sorts of bit vectors by their number of bits, where 65 means the 65 bytes of a node."""

    def __init__(self, sorts: Any) -> None:
        self._sorts = sorts

    def __getitem__(self, bits: int) -> Any:
        """Return the sort of ``bits`` bits."""
        return self._sorts[8 * NODE if bits == NODE else bits]


machine.BitVecSorts = Sorts(machine.BitVecSorts)

if __name__ == "__main__":
    sys.exit(main())
