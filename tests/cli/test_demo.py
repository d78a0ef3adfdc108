"""The demo tells its whole story: every scene ends as it says it would."""

from __future__ import annotations

import re
import subprocess
import sys


def test_the_demo_tells_its_story_to_the_end() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rootwarden", "demo"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.findall(r"\(exit code (\d+)\)", done.stdout) == ["1", "0", "6", "6", "6", "0", "6", "0", "0"]
    assert "4 of 4 accounts verified clean" in done.stdout
    assert "12 accounts: 2 unreachable, 3 skipped, 7 clean" in done.stdout
    assert "Done: root credentials that could be removed are gone" in done.stdout
