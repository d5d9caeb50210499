"""The Go that go.mod asks for: the one that is installed, or the toolchain that the module proxy has (Debian 12 has Go 1.19)."""

import json
import os
import pathlib
import platform
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def _numbers(text):
    return tuple(int(part) for part in text.split("."))


def find(folder):
    """The command, as a path or a name. `folder`: where a module may be made for the download."""
    wanted = re.search(r"^go ([\d.]+)$", (HERE / "go.mod").read_text(), re.M).group(1)
    told = subprocess.run(["go", "version"], cwd=folder, capture_output=True, text=True, check=True).stdout
    installed = _numbers(re.search(r"go(\d[\d.]*)", told).group(1))
    # From 1.21 on Go fetches by itself what go.mod asks for.
    if installed >= min(_numbers(wanted), (1, 21)):
        return "go"
    module = f"golang.org/toolchain@v0.0.1-go{wanted}.linux-{MACHINES[platform.machine()]}"
    (folder / "go.mod").write_text("module toolchain\n")
    downloaded = subprocess.run(["go", "mod", "download", "-json", module], cwd=folder, capture_output=True, text=True, check=True,
                                timeout=600)
    root = pathlib.Path(json.loads(downloaded.stdout)["Dir"])
    for tool in [*root.glob("bin/*"), *root.glob("pkg/tool/*/*")]:
        if not os.access(tool, os.X_OK):  # modules carry no permissions, and their folders are read-only
            tool.chmod(0o755)
    return str(root / "bin" / "go")
