"""The official OpenAI Node SDK, unchanged, through the gateway: runs node/openai.test.mjs."""

import json
import os
import re
import subprocess

import node_packages


def _refuse_or_hang(connection, request):
    """A streaming call hangs (for the timeout test); any other is told to slow down."""
    if json.loads(request.body).get("stream"):
        connection.wait_for_close()
        return
    body = b'{"error":{"message":"slow down","type":"rate_limit_error","param":null,"code":"slow_down"}}'
    connection.respond(429, {"Content-Type": "application/json", "Retry-After": "7"}, body)


def test_node_sdk(served):
    served.upstream.on_request = _refuse_or_hang
    result = subprocess.run([node_packages.node(), "--test", "--test-reporter=tap", "openai.test.mjs"], cwd=node_packages.install(),
                            timeout=120, capture_output=True, text=True, env={**os.environ, "TIDEGATE_URL": served.url})
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    assert int(re.search(r"^# pass (\d+)", result.stdout, re.MULTILINE).group(1)) >= 12
