"""LiteLLM's proxy (PyPI): one worker, no database, no callbacks, no keys of its own, logging of errors only."""

from .. import machine
from ..subject import API_KEY, Subject

FOLDER = machine.SCRATCH / "litellm"

_CONFIG = """
model_list:
  - model_name: gpt-4o-mini
    litellm_params:
      model: openai/gpt-4o-mini
      api_base: http://127.0.0.1:{upstream}/v1
      api_key: {key}
general_settings:
  dangerously_permit_weak_or_unset_master_key: true  # the gateway asks for no key of its own either
litellm_settings:
  set_verbose: false
  num_retries: 0
"""


def start(fleet, upstream_port):
    [port] = machine.pick_ports(1)
    config = fleet.folder / "litellm.yaml"
    config.write_text(_CONFIG.format(upstream=upstream_port, key=API_KEY.removeprefix("Bearer ")))
    # The table of prices comes from the package, not from the network.
    settings = ["LITELLM_MODE=PRODUCTION", "LITELLM_LOG=ERROR", "LITELLM_LOCAL_MODEL_COST_MAP=True", "NO_DOCS=True"]
    process = fleet.start(
        "litellm", ["env", *settings, FOLDER / "bin" / "litellm", "--config", config, "--host", "127.0.0.1", "--port", port,
                    "--num_workers", "1", "--telemetry", "False"], machine.PROXY_CORE)
    fleet.wait_for_port(process, port, seconds=120)
    return Subject("litellm", {"h1": port}, [process.pid], process)
