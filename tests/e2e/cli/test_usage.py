"""A wrong command line is told so that its writer can mend it; colours are for terminals only."""

import os
import pty
import subprocess

import pytest
import yaml
from harness.gateway import run_command


@pytest.mark.parametrize("arguments, told", [
    (["rnu"], ['tidegate: there is no command "rnu"; did you mean run?', 'Run "tidegate --help"']),
    (["simualte", "--ttft", "20ms"], ['there is no command "simualte"; did you mean simulate?']),
    (["frobnicate"], ['tidegate: there is no command "frobnicate"\n']),
    ([], ["a command is missing: run, quickstart, simulate"]),
    (["run", "--wokers", "2", "-f", "/tmp"], ['tidegate run: there is no option "--wokers"; did you mean --workers?']),
    (["validate", "--jsn"], ['tidegate validate: there is no option "--jsn"; did you mean --json?', 'Run "tidegate validate --help"']),
    (["version", "--output=json"], ['there is no option "--output=json"\n']),
    (["version", "now"], ['tidegate version: there is no argument "now"']),
    (["validate"], ["tidegate validate: --file is required"]),
])
def test_what_is_wrong_is_named_with_what_was_meant(binary, arguments, told):
    result = run_command(binary, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    for text in told:
        assert text in result.stderr


def test_help_of_a_command_may_be_asked_for_in_either_way(binary):
    assert run_command(binary, "help", "simulate").stdout == run_command(binary, "simulate", "--help").stdout
    assert run_command(binary, "help").stdout == run_command(binary, "--help").stdout


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_version_may_be_asked_for_as_a_flag(binary, flag):
    result = run_command(binary, flag)
    assert result.returncode == 0
    assert result.stdout.strip() == run_command(binary, "version").stdout.splitlines()[0]


BAD = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw}
spec:
  gatewayClassName: tidegate
  listeners:
  - {name: http, port: 99999, protocol: HTTP}
  - {name: other, port: 80, protocl: HTTP}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRout
metadata: {name: r}
"""


def _on_a_terminal(binary, arguments, **environment):
    """Standard error of a command that runs on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([binary, *arguments], stdout=subprocess.DEVNULL, stderr=theirs,
                          env={**os.environ, "TERM": "xterm", **environment}) as process:
        os.close(theirs)
        said = b""
        try:
            while piece := os.read(ours, 65536):
                said += piece
        except OSError:  # how a terminal says that its other side has closed
            pass
        finally:
            os.close(ours)
        assert process.wait(10) == 3
    return said.decode()


@pytest.fixture
def bad(tmp_path):
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "cut.yaml").write_text("a: [1\n")
    return tmp_path


def test_validate_tells_every_mistake_with_file_line_and_path(binary, bad):
    told = run_command(binary, "validate", "-f", str(bad)).stderr
    for line in [f"{bad}/bad.yaml:7: Gateway default/gw: spec.listeners[0].port: must be 1..65535, not 99999",
                 f"{bad}/bad.yaml:8: Gateway default/gw: spec.listeners[1].protocol: is required",
                 f'{bad}/bad.yaml:8: Gateway default/gw: spec.listeners[1].protocl: unknown field; did you mean "protocol"?',
                 f'{bad}/bad.yaml:11: HTTPRout r: kind: unknown kind "HTTPRout" of gateway.networking.k8s.io; did you mean "HTTPRoute"?',
                 f"{bad}/cut.yaml:"]:
        assert line in told
    assert "5 errors" in told


def test_problems_are_coloured_on_a_terminal_only(binary, bad):
    arguments = ["validate", "-f", str(bad)]
    assert "\033[31m" in _on_a_terminal(binary, arguments, NO_COLOR="")
    assert "\033" not in _on_a_terminal(binary, arguments, NO_COLOR="1")
    assert "\033" not in _on_a_terminal(binary, arguments, NO_COLOR="", TERM="dumb")
    assert "\033" not in run_command(binary, *arguments).stderr


def test_a_folder_without_resources_is_told(binary, tmp_path):
    result = run_command(binary, "validate", "-f", str(tmp_path))
    assert result.returncode == 3
    assert str(tmp_path) in result.stderr and "no resources" in result.stderr


@pytest.mark.parametrize("environment, hosts", [
    ({"OPENAI_API_KEY": "sk-1"}, ["api.openai.com"]),
    ({"ANTHROPIC_API_KEY": "sk-2"}, ["api.anthropic.com"]),
    ({"OPENAI_API_KEY": "sk-1", "ANTHROPIC_API_KEY": "sk-2"}, ["api.openai.com", "api.anthropic.com"]),
    ({"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "https://models.test/openai/v1"}, ["models.test"]),
])
def test_quickstart_follows_the_environment(binary, tmp_path, environment, hosts):
    plain = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_BASE_URL"))}
    result = subprocess.run([binary, "quickstart", "--print"], env={**plain, "HOME": str(tmp_path), **environment},
                            capture_output=True, text=True, check=True)
    assert [line.split()[-1] for line in result.stdout.splitlines() if "hostname:" in line] == hosts
    assert "sk-" not in result.stdout + result.stderr
    assert {"Gateway", "HTTPRoute", "Backend"} <= {document["kind"] for document in yaml.safe_load_all(result.stdout)}


def test_quickstart_refuses_a_base_url_that_is_none(binary, tmp_path):
    result = subprocess.run([binary, "quickstart", "--print"], env={**os.environ, "HOME": str(tmp_path), "OPENAI_BASE_URL": "models.test"},
                            capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert 'OPENAI_BASE_URL: "models.test" is no http:// or https:// URL' in result.stderr
