"""``esea-admin CONFIG COMMAND``: what an operator does with a portal from the command line.

Every error is one line (or one line a problem) on standard error and status 2; a check that finds something
returns status 1.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    # Pyramid's own import of it: nothing that an operator could do anything about, before every answer.
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)
    from .commands.line import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
