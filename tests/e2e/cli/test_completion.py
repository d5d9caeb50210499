"""Completion scripts: made from the command tree, so each command and each flag that help tells is in them."""

import re
import shutil
import subprocess

import pytest
from harness.gateway import run_command


def _commands(binary):
    text = run_command(binary, "--help").stdout
    listed = text.split("Subcommands:")[1].split("\n\n")[0]
    return re.findall(r"^  (\w+) ", listed, re.M)


def _flags(binary, command):
    text = run_command(binary, command, "--help").stdout
    return set(re.findall(r"(?<![\w-])--[a-z][\w-]*", "\n".join(re.findall(r"^  +-.*", text, re.M)))) & set(
        re.findall(r"--[a-z][\w-]*", text.split("Options:")[1]))


def _complete(script, *words):
    """What bash would offer for the last word."""
    line = " ".join(f"'{word}'" for word in words)
    program = f'{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _tidegate; printf "%s\\n" "${{COMPREPLY[@]}}"'
    return subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True).stdout.split()


def test_bash_offers_every_command(binary):
    script = run_command(binary, "completion", "bash").stdout
    offered = _complete(script, "tidegate", "")
    commands = _commands(binary)
    assert len(commands) >= 7 and [each for each in commands if each not in offered] == []


def test_bash_offers_the_flags_of_each_command(binary):
    script = run_command(binary, "completion", "bash").stdout
    for command in _commands(binary):
        assert _flags(binary, command) <= set(_complete(script, "tidegate", command, "-")), command
    assert _complete(script, "tidegate", "simulate", "--tt") == ["--ttft"]


def test_bash_offers_the_commands_below_a_command(binary):
    script = run_command(binary, "completion", "bash").stdout
    assert _complete(script, "tidegate", "route", "") == ["train", "evaluate"]
    assert _complete(script, "tidegate", "route", "train", "--ep") == ["--epochs"]


def test_bash_offers_files(binary, tmp_path):
    (tmp_path / "gateway.yaml").touch()
    script = run_command(binary, "completion", "bash").stdout
    assert _complete(script, "tidegate", "run", "-f", f"{tmp_path}/gat") == [f"{tmp_path}/gateway.yaml"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_know_every_command_and_flag(binary, shell):
    script = run_command(binary, "completion", shell).stdout
    for command in _commands(binary):
        assert re.search(rf"\b{command}\b", script)
        for flag in _flags(binary, command):
            assert (flag if shell == "zsh" else f"-l {flag[2:]} ") in script, flag
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)
