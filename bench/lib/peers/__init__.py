"""The proxies that the gateway is compared with: each in the best honest configuration for the work, one worker."""

from . import envoy, haproxy, nginx

START = {"nginx": nginx.start, "haproxy": haproxy.start, "envoy": envoy.start}
