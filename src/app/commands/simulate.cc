#include <memory>

#include "app/commands/commands.h"
#include "app/commands/option_groups.h"
#include "app/simulator_server.h"

namespace tidegate::app {
namespace {

struct SimulateOptions {
  SimulatorServerSettings server;
  std::chrono::microseconds drain_time = limits::kDrainTimeout;
  LogOptions log;
};

void add_pace(Command command, config::SimulatorSettings& answers) {
  command.add_option("--ttft", answers.time_to_first_token, "Time to the first token");
  command.add_option("--itl", answers.inter_token_delay, "Time between two tokens");
  command.add_option("--jitter", answers.jitter, "Random time on top of each of these");
  command.add_option("--output-tokens", answers.output_tokens, "Length of an answer")
      .type("N")
      .show_default();
}

void add_faults(Command command, config::SimulatorSettings& answers) {
  Option status =
      command.add_option("--error-status", answers.error_status, "Status of injected errors")
          .between(400, 599)
          .type("STATUS");
  command.add_option("--error-ratio", answers.error_ratio, "Share of requests that get it: 0 to 1")
      .between(0.0, 1.0)
      .needs(status)
      .type("RATIO");
  command.add_option("--retry-after", answers.retry_after_seconds, "Retry-After of these errors")
      .needs(status)
      .type("SECONDS");
  command
      .add_option("--stall-after-tokens", answers.stall_after_tokens,
                  "Send N tokens of an answer, then nothing more")
      .type("N");
  command
      .add_option("--cut-after-tokens", answers.cut_after_tokens,
                  "Send N tokens of an answer, then reset the connection")
      .type("N");
}

}  // namespace

void add_simulate(Command cli, int& exit_code) {
  auto options = std::make_shared<SimulateOptions>();
  Command simulate = cli.add_command("simulate", "Serve a simulated model server");
  simulate.describe(
      "Serve a model server without a model: the APIs of OpenAI (chat completions, completions,\n"
      "embeddings, responses, moderations, models), Anthropic (messages, count_tokens), Gemini,\n"
      "Amazon Bedrock (Converse, InvokeModel) and Cohere (chat, embed, rerank), streaming and\n"
      "not, tools and thinking included, with vLLM's metrics at /metrics. Answers are a function\n"
      "of the request, usage adds up, and x-simulator-* fields steer single requests.");
  simulate.add_option("--listen", options->server.listen, "Where to listen; port 0: a free one")
      .type("ADDRESS:PORT")
      .show_default();
  simulate.add_option("--workers", options->server.workers, "Worker threads")
      .between(1, 1024)
      .type("N")
      .show_default();
  add_pace(simulate, options->server.answers);
  add_faults(simulate, options->server.answers);
  simulate
      .add_option("--model", options->server.answers.models,
                  "A model to serve; may be repeated; absent: any model is answered")
      .type("NAME");
  simulate
      .add_option("--drain-timeout", options->drain_time,
                  "How long requests may go on after SIGTERM")
      .show_default("30s");
  add_log_options(simulate, options->log);
  simulate.footer(
      "Fields of a request that change its answer: x-simulator-ttft-ms, -itl-ms, -jitter-ms,\n"
      "-output-tokens, -error-status, -retry-after, -stall-after-tokens, -cut-after-tokens,\n"
      "-stream-error-after-tokens, -tool-calls, -cached-tokens, -reasoning-tokens.\n"
      "Examples:\n"
      "  tidegate simulate --listen 127.0.0.1:8000 --ttft 200ms --itl 15ms\n"
      "  tidegate simulate --error-status 429 --error-ratio 0.1 --retry-after 2\n"
      "  curl http://127.0.0.1:8000/v1/chat/completions -H 'content-type: application/json' \\\n"
      "    -d '{\"model\":\"any\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}'");
  simulate.set_work(exit_code, [options] {
    configure_log(options->log);
    auto settings = options->server;
    settings.drain_time =
        std::chrono::duration_cast<std::chrono::milliseconds>(options->drain_time);
    return run_simulator(std::move(settings));
  });
}

}  // namespace tidegate::app
