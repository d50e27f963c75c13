"""Log lines have the form and the keys of ``docs/logging.md``."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCES = Path(__file__).parents[1] / "src/isotherm"


def test_keys_are_those_of_the_page() -> None:
    page = (ROOT / "docs/logging.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    listed = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert "run" in listed
    used = {
        key
        for source in SOURCES.glob("*.py")
        for key in re.findall(r"(\w+)=\"?%[sd]", source.read_text("utf-8"))
    }
    assert "reason" in used
    assert used <= listed, used - listed
