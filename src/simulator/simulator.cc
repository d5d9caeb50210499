#include "simulator/simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "json/text.h"
#include "llm/call.h"
#include "llm/error_body.h"
#include "llm/model_list.h"
#include "simulator/directives.h"
#include "simulator/embeddings.h"
#include "simulator/model_request.h"
#include "simulator/pieces.h"

namespace tidegate::simulator {
namespace {

using llm::Dialect;
using llm::Operation;

constexpr std::array<std::string_view, 4> kDefaultModels = {
    "simulator", "gpt-4o-mini", "claude-sonnet-4-5", "text-embedding-3-small"};

constexpr std::string_view kJson = "application/json";

Reply make_whole_reply(std::uint16_t status, std::string_view content_type, std::string body,
                       std::chrono::microseconds delay = {}) {
  std::vector<ReplyField> fields;
  fields.push_back({"content-type", std::string(content_type)});
  const auto size = body.size();
  return {status, std::move(fields), size, make_whole_body(std::move(body), delay)};
}

Reply make_error(Dialect dialect, const llm::ErrorBody& error,
                 std::vector<ReplyField> more_fields = {}) {
  std::vector<ReplyField> fields = std::move(more_fields);
  fields.push_back({"content-type", std::string(kJson)});
  auto body = llm::format_error(dialect, error);
  const auto size = body.size();
  return {error.status, std::move(fields), size, make_whole_body(std::move(body), {})};
}

// GET /v1/models is both dialects', and unknown paths are nobody's: the client says which it
// speaks.
Dialect dialect_of(const http::RequestHead& head, const std::optional<llm::Call>& call) {
  const bool says_anthropic = head.fields.find("anthropic-version").has_value() ||
                              head.path().find("/v1/messages") != std::string_view::npos;
  if (call && call->dialect == Dialect::kAnthropic) return Dialect::kAnthropic;
  return says_anthropic ? Dialect::kAnthropic : Dialect::kOpenAi;
}

// Whether the simulator answers such calls.
bool plays(const llm::Call& call) {
  if (call.dialect != Dialect::kOpenAi && call.dialect != Dialect::kAnthropic) return false;
  switch (call.operation) {
    case Operation::kChatCompletions:
    case Operation::kCompletions:
    case Operation::kEmbeddings:
    case Operation::kResponses:
    case Operation::kMessages:
    case Operation::kCountTokens:
    case Operation::kModels:
    case Operation::kModel:
      return true;
    case Operation::kStoredResponse:
    case Operation::kGenerateContent:
    case Operation::kConverse:
    case Operation::kInvokeModel:
    case Operation::kRerank:
    case Operation::kModerations:
    case Operation::kImages:
    case Operation::kAudio:
    case Operation::kFiles:
    case Operation::kBatches:
    case Operation::kOther:
      return false;
  }
  return false;
}

std::string escaped(std::string_view text) {
  std::string out;
  json::append_escaped(out, text);
  return out;
}

}  // namespace

struct Simulator::Exchange {
  const http::RequestHead& head;
  llm::Call call;
  Dialect dialect;
  Directives directives;
  WallTime now;
  Random& random;
  Arena arena{};

  Reply refuse(const Refusal& refusal) const {
    return make_error(dialect, {.status = refusal.status,
                                .message = refusal.message,
                                .code = refusal.code,
                                .param = refusal.param});
  }
};

Simulator::Simulator(config::SimulatorSettings settings) : settings_(std::move(settings)) {}

Reply Simulator::respond(const http::RequestHead& head, std::string_view body, WallTime now,
                         Random& random) {
  const auto path = head.path();
  const auto call = llm::find_operation(head.method, path);
  if (!call && head.method == "GET" && path == "/metrics") {
    const auto model = settings_.models.empty() ? kDefaultModels[0] : settings_.models[0];
    return make_whole_reply(200, "text/plain; version=0.0.4; charset=utf-8",
                            metrics_.format(model));
  }
  if (!call && head.method == "GET" && (path == "/health" || path == "/healthz")) {
    return make_whole_reply(200, "text/plain", "ok\n");
  }
  const auto dialect = dialect_of(head, call);
  if (!call && llm::is_call_path(path)) {
    return make_error(dialect, {.status = 405, .message = "Method not allowed."},
                      {{"allow", head.method == "GET" ? "POST" : "GET, POST"}});
  }
  if (!call || !plays(*call)) {
    return make_error(
        dialect, {.status = 404, .message = fmt::format("Invalid URL ({} {})", head.method, path)});
  }
  auto directives = parse_directives(settings_, head.fields);
  if (!directives) {
    return make_error(dialect, {.status = 400, .message = directives.error().detail});
  }
  if (directives->error_status == 0 && draws_error(random)) {
    directives->error_status = settings_.error_status;
  }
  Exchange exchange{head, *call, dialect, *directives, now, random};
  return answer_call(exchange, body);
}

Reply Simulator::answer_call(Exchange& exchange, std::string_view body) {
  const auto& directives = exchange.directives;
  if (directives.error_status != 0) {
    std::vector<ReplyField> fields;
    if (directives.retry_after_seconds > 0) {
      fields.push_back({"retry-after", fmt::format("{}", directives.retry_after_seconds)});
    }
    return make_error(exchange.dialect,
                      {.status = directives.error_status, .message = "A simulated error."},
                      std::move(fields));
  }
  switch (exchange.call.operation) {
    case Operation::kModels:
      return list_models(exchange);
    case Operation::kModel:
      return show_model(exchange);
    default:
      return generate(exchange, body);
  }
}

Reply Simulator::generate(Exchange& exchange, std::string_view body) {
  ModelRequest request;
  if (const auto refusal = read_request(exchange.call, body, exchange.arena, request)) {
    return exchange.refuse(*refusal);
  }
  if (!serves(request.model)) {
    const auto message =
        exchange.dialect == Dialect::kAnthropic
            ? fmt::format("model: {}", request.model)
            : fmt::format("The model `{}` does not exist or you do not have access to it.",
                          request.model);
    return exchange.refuse({404, message, {}, "model_not_found"});
  }
  const auto first_token = exchange.directives.time_to_first_token;
  if (exchange.call.operation == Operation::kCountTokens) {
    return make_whole_reply(200, kJson,
                            fmt::format("{{\"input_tokens\":{}}}", count_prompt_tokens(request)),
                            first_token);
  }
  if (exchange.call.operation == Operation::kEmbeddings) {
    auto embeddings = make_embeddings(request, escaped(request.model));
    metrics_.start(embeddings.prompt_tokens, 0, first_token);
    metrics_.finish(0, 0, Metrics::End::kComplete);
    return make_whole_reply(200, kJson, std::move(embeddings.body), first_token);
  }
  Subject subject{.call = exchange.call,
                  .id = fmt::format("{:016x}", exchange.random.next()),
                  .model = escaped(request.model),
                  .created = std::chrono::system_clock::to_time_t(exchange.now),
                  .include_usage = request.include_usage,
                  .answer = make_answer(request, exchange.directives)};
  std::vector<ReplyField> fields;
  fields.push_back({"content-type", std::string(request.stream ? "text/event-stream" : kJson)});
  fields.push_back({exchange.dialect == Dialect::kAnthropic ? "request-id" : "x-request-id",
                    "req_" + subject.id});
  auto generated = make_generated(std::move(subject), exchange.directives,
                                  request.stream ? Delivery::kStream : Delivery::kWhole, metrics_,
                                  exchange.random.next());
  return {200, std::move(fields), generated.content_length, std::move(generated.pieces)};
}

Reply Simulator::list_models(const Exchange& exchange) const {
  std::vector<llm::ModelEntry> entries;
  const auto add = [&entries](std::string_view id) { entries.push_back({id, "tidegate", {}}); };
  for (const auto& model : settings_.models) add(model);
  if (settings_.models.empty()) std::for_each(kDefaultModels.begin(), kDefaultModels.end(), add);
  return make_whole_reply(200, kJson, llm::format_model_list(exchange.dialect, entries));
}

Reply Simulator::show_model(const Exchange& exchange) const {
  constexpr std::string_view kParent = "/models/";
  const auto path = exchange.head.path();
  const auto name = path.substr(std::min(path.size(), path.find(kParent) + kParent.size()));
  if (serves(name)) {
    return make_whole_reply(200, kJson,
                            llm::format_model(exchange.dialect, {name, "tidegate", {}}));
  }
  const auto message = fmt::format("The model '{}' does not exist", name);
  return exchange.refuse({404, message, "model", "model_not_found"});
}

bool Simulator::serves(std::string_view model) const {
  if (settings_.models.empty()) return true;
  return std::find(settings_.models.begin(), settings_.models.end(), model) !=
         settings_.models.end();
}

bool Simulator::draws_error(Random& random) const {
  if (settings_.error_status == 0 || settings_.error_ratio <= 0) return false;
  constexpr std::uint64_t kScale = 1'000'000;
  return static_cast<double>(random.below(kScale)) < settings_.error_ratio * kScale;
}

}  // namespace tidegate::simulator
