"""One self-signed certificate for every proxy of a run, so that TLS is the same work for all."""

from . import machine


def make_certificate(folder):
    """Returns (chain, key, both in one file): ECDSA P-256, valid for some days."""
    chain, key, both = folder / "cert.pem", folder / "key.pem", folder / "both.pem"
    if not both.exists():
        machine.run_quietly(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-days", "7", "-subj", "/CN=bench.test", "-addext", "subjectAltName=DNS:bench.test,DNS:*.bench.test",
             "-keyout", str(key), "-out", str(chain)],
            "openssl req",
        )
        both.write_text(chain.read_text() + key.read_text())
    return chain, key, both
