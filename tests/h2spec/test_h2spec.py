"""h2spec (Go) against the plaintext and the TLS listener: every case must pass."""

import pathlib
import subprocess
import xml.etree.ElementTree as xml

import pytest
from harness import resources as r
from harness.ports import free_port

HERE = pathlib.Path(__file__).resolve().parent
CASES_AT_LEAST = 140  # h2spec 2.2.1 has 146 with --strict


@pytest.fixture(scope="session")
def h2spec(tmp_path_factory) -> str:
    """The tool, built from the pinned module; Go's own cache makes the second time quick."""
    made = tmp_path_factory.mktemp("h2spec") / "h2spec"
    subprocess.run(["go", "build", "-mod=readonly", "-o", str(made), "github.com/summerwind/h2spec/cmd/h2spec"],
                   cwd=HERE, check=True, timeout=300)
    return str(made)


@pytest.fixture(scope="module")
def ports(make_shared_gateway, make_shared_upstream, authority):
    upstream, plain, tls = make_shared_upstream(), free_port(), free_port()
    make_shared_gateway().start(
        r.gateway(r.listener("plain", plain), r.listener("tls", tls, "HTTPS", tls=r.terminate("cert"))),
        r.tls_secret("cert", authority.issue("127.0.0.1", "localhost")),
        r.service("upstream", upstream.port),
        r.http_route("all", r.rule("upstream")))
    return {"plain": plain, "tls": tls}


def _failures(report: pathlib.Path) -> tuple[int, list[str]]:
    """Number of cases in the JUnit report, and what failed in words."""
    cases = list(xml.parse(report).iter("testcase"))
    bad = []
    for case in cases:
        problem = next((e for e in case if e.tag in ("failure", "error")), None)
        if problem is not None:
            bad.append(f"{case.get('package')} {case.get('classname')}: {(problem.text or problem.get('message') or '').strip()}")
    return len(cases), bad


@pytest.mark.parametrize("listener", ["plain", "tls"])
def test_every_case_passes(h2spec, ports, tmp_path, listener):
    report = tmp_path / "report.xml"
    command = [h2spec, "--strict", "-h", "127.0.0.1", "-p", str(ports[listener]), "-o", "5", "-j", str(report)]
    if listener == "tls":
        command += ["-t", "-k"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert report.exists(), result.stdout[-2000:] + result.stderr[-2000:]
    count, failures = _failures(report)
    assert failures == [], f"{len(failures)} of {count} cases fail"
    assert count >= CASES_AT_LEAST
