"""A real Redis on loopback: nothing on disk, ended by its process."""

import pathlib
import subprocess

from .certs import KeyPair
from .ports import free_port
from .waiting import PATIENCE_S, eventually


class RedisServer:
    """`users` are lines of an ACL file; with `pair` it speaks TLS alone."""

    def __init__(self, directory: pathlib.Path, users: list[str] | None = None, pair: KeyPair | None = None,
                 ca_pem: str = "", options: tuple[str, ...] = ()):
        self.directory, self.port, self.tls = directory, free_port(), pair is not None
        command = ["redis-server", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(directory)]
        if pair is None:
            command += ["--port", str(self.port)]
        else:
            cert, key = pair.write(directory, "redis")
            (directory / "ca.crt").write_text(ca_pem)
            command += ["--port", "0", "--tls-port", str(self.port), "--tls-cert-file", cert, "--tls-key-file", key,
                        "--tls-ca-cert-file", str(directory / "ca.crt"), "--tls-auth-clients", "no"]
        if users:
            (directory / "users.acl").write_text("\n".join(users) + "\n")
            command += ["--aclfile", str(directory / "users.acl")]
        self._log = open(directory / "redis.log", "w")
        self.process = subprocess.Popen([*command, *options], stdout=self._log, stderr=subprocess.STDOUT)
        eventually(self._listens, "Redis listens")

    def _listens(self) -> bool:
        assert self.process.poll() is None, (self.directory / "redis.log").read_text()
        return "Ready to accept connections" in (self.directory / "redis.log").read_text()

    def command(self, *words: str, user: str = "", password: str = "") -> str:
        """What redis-cli answers."""
        login = ["--user", user, "--pass", password, "--no-auth-warning"] if password else []
        tls = ["--tls", "--cacert", str(self.directory / "ca.crt")] if self.tls else []
        found = subprocess.run(["redis-cli", "-h", "127.0.0.1", "-p", str(self.port), *login, *tls, *words],
                               capture_output=True, text=True, errors="replace", timeout=PATIENCE_S, check=True)
        return found.stdout.strip()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)
        self._log.close()
