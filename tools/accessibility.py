"""Writes the results that the accessibility statement reads: runs the accessibility tests, counts pages and defects."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent
STATEMENT = ROOT / "host_app" / "src" / "host_app" / "texts" / "accessibility.json"
TESTS = "tests/browser/test_accessibility.py"


def main() -> int:
    """Run the tests; write the file whatever they found, unless they could not look at any page."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        environment = {**os.environ, "ESEA_ACCESSIBILITY_RESULTS": str(results)}
        command = [sys.executable, "-m", "pytest", "-q", TESTS]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603 - our own words
        lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    judged = [json.loads(line) for line in lines]
    if not judged:
        print("no page was judged: nothing written", file=sys.stderr)
        return 1
    facts = {
        "checked_on": datetime.now(UTC).date().isoformat(),
        "pages": len({urlsplit(each["url"]).path for each in judged}),
        # A test that failed before it could judge its page is counted as a defect too.
        "violations": sum(each["problems"] for each in judged) or int(done.returncode != 0),
    }
    STATEMENT.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    print(f"{STATEMENT.relative_to(ROOT)}: {facts}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
