"""The Node packages of node/package.json, installed once per version of that file."""

import fcntl
import hashlib
import pathlib
import platform
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def node() -> str:
    """The Node that these packages run on: Debian 12 has Node 18, which is too old for some of them."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), "")
    return str(install() / "node_modules" / f"node-linux-{machine}" / "bin" / "node")


def install(folder: str = "node") -> pathlib.Path:
    """The folder, with its node_modules in place. Safe when several runs begin at once."""
    root = HERE / folder
    wanted = hashlib.sha256((root / "package.json").read_bytes()).hexdigest()
    mark = root / "node_modules" / "made-from"
    with open(root / "package.json", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mark.exists() or mark.read_text() != wanted:
            subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], cwd=root, check=True, timeout=300,
                           stdout=subprocess.DEVNULL)
            mark.write_text(wanted)
    return root
