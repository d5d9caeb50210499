"""HAProxy: one thread, idle upstream connections kept and shared. Streams need `option http-no-delay`: without it
tokens wait up to 200 ms in the kernel, which is cheap and wrong."""

from .. import machine
from ..certificate import make_certificate
from ..subject import API_KEY, SERVICES, Subject

_CONFIG = """
global
  nbthread 1
  maxconn {connections}
  tune.bufsize 32768
  tune.ssl.default-dh-param 2048
  ssl-default-bind-options ssl-min-ver TLSv1.3
defaults
  mode http
  timeout connect 5s
  timeout client 300s
  timeout server 300s
  timeout http-keep-alive 300s
  option http-keep-alive
  http-reuse always
  no log
"""

_SECTION = """
frontend f_{name}
  bind 127.0.0.1:{port}{options}
{extra}  default_backend b_{name}
backend b_{name}
{extra}  http-request set-header Authorization "{api_key}"
  http-response set-header x-gateway-upstream 42
  server s 127.0.0.1:{upstream} maxconn 4000 pool-max-conn 4000 pool-purge-delay 300s
"""


def start(fleet, upstream_port):
    ports = dict(zip(SERVICES, machine.pick_ports(len(SERVICES))))
    _, _, both = make_certificate(fleet.folder)
    options = {"h1": "", "stream": "", "h1tls": f" ssl crt {both} alpn http/1.1", "h2": " proto h2",
               "h2tls": f" ssl crt {both} alpn h2"}
    sections = [
        _SECTION.format(name=s, port=ports[s], options=options[s], upstream=upstream_port, api_key=API_KEY,
                        extra="  option http-no-delay\n" if s == "stream" else "")
        for s in SERVICES
    ]
    config = fleet.folder / "haproxy.cfg"
    # Two descriptors per connection, or HAProxy refuses to start.
    connections = min(20000, machine.file_limit() // 2 - 100)
    config.write_text(_CONFIG.format(connections=connections) + "".join(sections))
    process = fleet.start("haproxy", [machine.find_program("haproxy"), "-db", "-f", config], machine.PROXY_CORE)
    fleet.wait_for_port(process, ports["h1"])
    return Subject("haproxy", ports, [process.pid], process, max_connections=connections)
