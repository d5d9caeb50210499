"""Parts that the end-to-end tests are made of.

gateway.py      the real binary in a temporary directory: start, readiness, log lines, metrics, stop
resources.py    Gateway API resources as plain dicts, written as YAML
upstream.py     scripted HTTP/1 upstream on raw sockets that records the exact bytes it received
h2_upstream.py  scripted HTTP/2 upstream (h2c by prior knowledge, or over TLS)
wire.py         reads HTTP/1 messages off a socket without interpreting more than framing
raw_client.py   HTTP/1 client that sends exactly what a test says
h2_client.py    HTTP/2 client, one step at a time
postgres_server.py  a real PostgreSQL with pgvector
redis_server.py a real Redis: users, TLS, what it holds
ext_proc_server.py  scripted external processor (Envoy ext_proc v3), with grpcio
certs.py        certificate authorities and leaf certificates made in the test
ports.py        free ports outside the ephemeral range
waiting.py      bounded waits; nothing here sleeps for a fixed time
"""
