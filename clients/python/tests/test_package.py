"""The wheel and the sdist that a user installs."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "", **(env or {})},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", folder)
    return folder


@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_a_fresh_environment_can_use_it(kind: str, built: Path, tmp_path: Path) -> None:
    (package,) = built.glob(kind)
    venv.create(tmp_path / "fresh", with_pip=False)
    python = tmp_path / "fresh/bin/python"
    (site,) = (tmp_path / "fresh/lib").glob("python*/site-packages")
    run(
        *(sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation"),
        *("--target", site, package),
    )
    # Its dependencies are those of the tests, so that nothing is fetched.
    (site / "tests.pth").write_text(sysconfig.get_path("purelib") + "\n")
    shown = run(
        python,
        "-c",
        "import isotherm, torch; m = torch.nn.Linear(4, 4);"
        "o = torch.optim.SGD(m.parameters(), 0.1);"
        "print(isotherm.__file__, isotherm.balance(m, o, run='r', total_steps=1).factors())",
    )
    assert shown.startswith(str(site))
    assert "{'model': 1.0}" in shown
    for file in ("py.typed", "methods.json", "huggingface.py", "lightning.py"):
        assert (site / "isotherm" / file).is_file()
    (metadata,) = site.glob("isotherm-*.dist-info/METADATA")
    for extra in ("huggingface", "lightning"):
        assert f"Provides-Extra: {extra}\n" in metadata.read_text("utf-8")


def test_the_process_that_publishes_loads_no_torch() -> None:
    loaded = run(
        sys.executable,
        "-c",
        "import sys, isotherm.publishing; print('torch' in sys.modules)",
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    assert loaded.strip() == "False"
