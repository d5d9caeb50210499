"""Options of every test that runs the real binary."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests" / "smuggling")]  # harness/, readers.py

pytest_plugins = ["harness.fixtures"]


def pytest_addoption(parser):
    parser.addoption("--gateway", help="path of the tidegate binary (default: TIDEGATE_BIN, else the newest build)")
    parser.addoption("--gateway-io", default=os.environ.get("TIDEGATE_IO", "epoll"), choices=["epoll", "uring"])


def _newest_build() -> pathlib.Path | None:
    built = sorted(ROOT.glob("build/*/src/app/tidegate"), key=lambda path: path.stat().st_mtime)
    return built[-1] if built else None


@pytest.fixture(scope="session")
def binary(request) -> str:
    named = request.config.getoption("--gateway") or os.environ.get("TIDEGATE_BIN") or _newest_build()
    if not named or not pathlib.Path(named).exists():
        pytest.exit("no tidegate binary: build one, or name it with --gateway PATH", returncode=2)
    return str(pathlib.Path(named).resolve())


@pytest.fixture(scope="session")
def gateway_io(request) -> str:
    return request.config.getoption("--gateway-io")
