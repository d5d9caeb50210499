"""nginx: proxy_buffering on for whole replies, off for streams; upstream keep-alive without limits of its own."""

import os
import time

from .. import machine, processes
from ..certificate import make_certificate
from ..subject import API_KEY, SERVICES, Subject

_CONFIG = """
{user}worker_processes 1; daemon off; pid nginx.pid; error_log nginx.err warn; worker_rlimit_nofile 20000;
events {{ worker_connections 16384; multi_accept on; use epoll; }}
http {{
  access_log off; tcp_nodelay on; sendfile on; keepalive_timeout 300s; keepalive_requests 100000000;
  client_max_body_size 8m; client_body_buffer_size 128k;
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
  ssl_certificate {chain}; ssl_certificate_key {key}; ssl_protocols TLSv1.3;
  upstream model {{ server 127.0.0.1:{upstream}; keepalive 1024; keepalive_requests 100000000; keepalive_timeout 300s; }}
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Authorization "{api_key}";
  add_header x-gateway-upstream 42;
{servers}
}}
"""

_SERVER = """  server {{ listen 127.0.0.1:{port}{options} reuseport backlog=4096;
    location / {{ proxy_pass http://model; proxy_buffering {buffering}; }} }}"""

_OPTIONS = {"h1": "", "stream": "", "h1tls": " ssl", "h2": " http2", "h2tls": " ssl http2"}


def start(fleet, upstream_port):
    ports = dict(zip(SERVICES, machine.pick_ports(len(SERVICES))))
    chain, key, _ = make_certificate(fleet.folder)
    servers = [
        _SERVER.format(port=ports[s], options=_OPTIONS[s], buffering="off" if s == "stream" else "on")
        for s in SERVICES
    ]
    config = fleet.folder / "nginx.conf"
    config.write_text(_CONFIG.format(
        user="user root; " if os.geteuid() == 0 else "", upstream=upstream_port, api_key=API_KEY,
        chain=chain, key=key, servers="\n".join(servers)))
    process = fleet.start(
        "nginx", [machine.find_program("nginx"), "-p", f"{fleet.folder}/", "-c", config], machine.PROXY_CORE)
    fleet.wait_for_port(process, ports["h1"])
    while not processes.children_of(process.pid):
        time.sleep(0.01)
    return Subject("nginx", ports, [process.pid, *processes.children_of(process.pid)], process)
