"""The proxies that the gateway is compared with: each in the best honest configuration for the work, one worker."""

from . import envoy, haproxy, litellm, nginx, portkey

START = {"nginx": nginx.start, "haproxy": haproxy.start, "envoy": envoy.start}

# Gateways of model providers: they parse the request and write the reply anew, as the others do not.
START_AI = {"portkey": portkey.start, "litellm": litellm.start}
