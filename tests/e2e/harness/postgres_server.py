"""A real PostgreSQL with pgvector on loopback, out of the package pgserver: a cluster of its own in a temporary folder."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pgserver

from .ports import free_port
from .waiting import PATIENCE_S, eventually

_BIN = pathlib.Path(pgserver.__file__).parent / "pginstall" / "bin"
_ADMIN = "postgres"
ADMIN_PASSWORD = "admin-password"


class PostgresServer:
    """Logs in by SCRAM-SHA-256 alone. The server does not run as root: there it is nobody's."""

    def __init__(self):
        self._user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="postgres-"))
        self.port = free_port()
        password = self.directory / "password"
        password.write_text(ADMIN_PASSWORD)
        if self._user:
            for path in (self.directory, password):
                shutil.chown(path, "nobody", "nogroup")
        data = self.directory / "data"
        subprocess.run([_BIN / "initdb", "-D", data, "-U", _ADMIN, "--auth=scram-sha-256", "--pwfile", password, "--no-sync",
                        "--no-instructions", "--locale=C", "--encoding=UTF8"], check=True, capture_output=True, **self._user)
        self._log = open(self.directory / "log", "w")
        self.process = subprocess.Popen(
            [_BIN / "postgres", "-D", data, "-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
             "-c", f"unix_socket_directories={self.directory}", "-c", "autovacuum=off", "-c", "shared_buffers=16MB"],
            stdout=self._log, stderr=subprocess.STDOUT, cwd=self.directory, **self._user)
        eventually(self._listens, "PostgreSQL listens")

    def _listens(self) -> bool:
        said = (self.directory / "log").read_text()
        assert self.process.poll() is None, said
        return "ready to accept connections" in said

    def run(self, sql: str, database: str = _ADMIN) -> str:
        """What psql prints: rows of columns with | between them."""
        found = subprocess.run([_BIN / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
                                "-U", _ADMIN, "-d", database, "-c", sql], check=True, capture_output=True, text=True,
                               timeout=PATIENCE_S, env={**os.environ, "PGPASSWORD": ADMIN_PASSWORD})
        return found.stdout.strip()

    def stop(self) -> None:
        """At once, as if the machine had gone."""
        if self.process.poll() is None:
            self.process.send_signal(3)  # SIGQUIT ends its children too
        self.process.wait(PATIENCE_S)
        self._log.close()
        shutil.rmtree(self.directory, ignore_errors=True)
