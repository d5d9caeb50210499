"""Portkey's gateway (npm), the one process that it is. Requests name provider and server in fields of their own."""

from .. import machine
from ..subject import Subject

FOLDER = machine.SCRATCH / "portkey"


def start(fleet, upstream_port):
    [port] = machine.pick_ports(1)
    server = FOLDER / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    process = fleet.start("portkey", ["env", "NODE_ENV=production", "node", server, f"--port={port}", "--headless"], machine.PROXY_CORE)
    fleet.wait_for_port(process, port, seconds=60)
    fields = {"x-portkey-provider": "openai", "x-portkey-custom-host": f"http://127.0.0.1:{upstream_port}/v1"}
    return Subject("portkey", {"h1": port}, [process.pid], process, fields=fields)
