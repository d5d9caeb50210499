#include "simulator/simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "json/text.h"
#include "llm/error_body.h"
#include "llm/model_list.h"
#include "simulator/directives.h"
#include "simulator/embeddings.h"
#include "simulator/endpoint.h"
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
  if (dialect == Dialect::kBedrock) {
    fields.push_back({"x-amzn-errortype", std::string(llm::error_type(dialect, error.status))});
  }
  auto body = llm::format_error(dialect, error);
  const auto size = body.size();
  return {error.status, std::move(fields), size, make_whole_body(std::move(body), {})};
}

std::string escaped(std::string_view text) {
  std::string out;
  json::append_escaped(out, text);
  return out;
}

std::string_view content_type_of(const Subject& subject, const ModelRequest& request) {
  if (!request.stream) return kJson;
  if (subject.call.dialect == Dialect::kBedrock) return "application/vnd.amazon.eventstream";
  return subject.framing == Framing::kJsonArray ? kJson : "text/event-stream";
}

std::string_view request_id_field(Dialect dialect) {
  switch (dialect) {
    case Dialect::kAnthropic:
      return "request-id";
    case Dialect::kBedrock:
      return "x-amzn-requestid";
    case Dialect::kOpenAi:
    case Dialect::kGemini:
    case Dialect::kCohere:
      break;
  }
  return "x-request-id";
}

std::vector<ReplyField> make_fields(const Subject& subject, const ModelRequest& request) {
  std::vector<ReplyField> fields;
  fields.push_back({"content-type", std::string(content_type_of(subject, request))});
  fields.push_back({request_id_field(subject.call.dialect), "req_" + subject.id});
  if (subject.call.operation == Operation::kInvokeModel) {
    const auto& answer = subject.answer;
    fields.push_back({"x-amzn-bedrock-input-token-count",
                      fmt::format("{}", answer.input_tokens - answer.cached_tokens)});
    fields.push_back(
        {"x-amzn-bedrock-output-token-count", fmt::format("{}", answer.output_tokens)});
  }
  return fields;
}

std::string format_token_count(Dialect dialect, const ModelRequest& request) {
  const auto tokens = count_prompt_tokens(request);
  if (dialect == Dialect::kAnthropic) return fmt::format("{{\"input_tokens\":{}}}", tokens);
  if (dialect == Dialect::kOpenAi) {
    return fmt::format("{{\"object\":\"response.input_tokens\",\"input_tokens\":{}}}", tokens);
  }
  if (dialect == Dialect::kBedrock) return fmt::format("{{\"inputTokens\":{}}}", tokens);
  auto out = fmt::format("{{\"totalTokens\":{},\"promptTokensDetails\":", tokens);
  append_modalities(out, tokens, request.media);
  return out + "}";
}

}  // namespace

struct Simulator::Exchange {
  const http::RequestHead& head;
  Endpoint endpoint;
  Directives directives;
  WallTime now;
  Random& random;
  Arena& arena;

  Dialect dialect() const { return endpoint.call.dialect; }
  Reply refuse(const Refusal& refusal) const {
    return make_error(dialect(), {.status = refusal.status,
                                  .message = refusal.message,
                                  .code = refusal.code,
                                  .param = refusal.param});
  }
};

namespace {

// The words of each API for a model it does not have, which tell it apart from a wrong path.
Refusal unknown_model(std::string_view model, Dialect dialect, Arena& arena) {
  switch (dialect) {
    case Dialect::kAnthropic:
      return {404, arena.copy(fmt::format("model: {}", model)), {}, {}};
    case Dialect::kGemini:
      return {404,
              arena.copy(fmt::format("models/{} is not found for API version v1beta, or is not "
                                     "supported for generateContent.",
                                     model)),
              {},
              {}};
    case Dialect::kBedrock:
      return {400, "The provided model identifier is invalid.", {}, {}};
    case Dialect::kCohere:
      return {404, arena.copy(fmt::format("model '{}' not found", model)), {}, {}};
    case Dialect::kOpenAi:
      break;
  }
  const auto message =
      fmt::format("The model `{}` does not exist or you do not have access to it.", model);
  return {404, arena.copy(message), {}, "model_not_found"};
}

}  // namespace

Simulator::Simulator(config::SimulatorSettings settings) : settings_(std::move(settings)) {}

Reply Simulator::respond(const http::RequestHead& head, std::string_view body, WallTime now,
                         Random& random) {
  const auto path = head.path();
  if (head.method == "GET" && path == "/metrics") {
    const auto model = settings_.models.empty() ? kDefaultModels[0] : settings_.models[0];
    return make_whole_reply(200, "text/plain; version=0.0.4; charset=utf-8",
                            metrics_.format(model));
  }
  if (head.method == "GET" && (path == "/health" || path == "/healthz")) {
    return make_whole_reply(200, "text/plain", "ok\n");
  }
  Arena arena;
  const auto endpoint = find_endpoint(head, arena);
  if (!endpoint) {
    const auto dialect = guess_dialect(head);
    if (has_other_method(head)) {
      return make_error(dialect, {.status = 405, .message = "Method not allowed."},
                        {{"allow", head.method == "GET" ? "POST" : "GET, POST"}});
    }
    const auto message = fmt::format("Invalid URL ({} {})", head.method, path);
    return make_error(dialect, {.status = 404, .message = message});
  }
  auto directives = parse_directives(settings_, head.fields);
  if (!directives) {
    return make_error(endpoint->call.dialect,
                      {.status = 400, .message = directives.error().detail});
  }
  if (directives->error_status == 0 && draws_error(random)) {
    directives->error_status = settings_.error_status;
  }
  Exchange exchange{head, *endpoint, *directives, now, random, arena};
  return answer_call(exchange, body);
}

Reply Simulator::answer_call(Exchange& exchange, std::string_view body) {
  const auto& directives = exchange.directives;
  if (directives.error_status != 0) {
    std::vector<ReplyField> fields;
    if (directives.retry_after_seconds > 0) {
      fields.push_back({"retry-after", fmt::format("{}", directives.retry_after_seconds)});
    }
    return make_error(exchange.dialect(),
                      {.status = directives.error_status, .message = "A simulated error."},
                      std::move(fields));
  }
  const auto dialect = exchange.dialect();
  switch (exchange.endpoint.call.operation) {
    case Operation::kModels:
      return list_models(exchange);
    case Operation::kModel:
      return show_model(exchange);
    case Operation::kRerank:
      return send_computed(exchange, make_cohere_ranking(body, exchange.arena));
    case Operation::kEmbeddings:
      if (dialect == Dialect::kGemini) {
        return send_computed(exchange, make_gemini_embeddings(body, exchange.arena));
      }
      if (dialect == Dialect::kCohere) {
        return send_computed(exchange, make_cohere_embeddings(body, exchange.arena));
      }
      return generate(exchange, body);
    case Operation::kInvokeModel:
      if (const auto made =
              make_invoked_embeddings(exchange.endpoint.model, body, exchange.arena)) {
        return send_computed(exchange, *made);
      }
      return generate(exchange, body);
    default:
      return generate(exchange, body);
  }
}

Reply Simulator::send_computed(Exchange& exchange, std::expected<Computed, Refusal> computed) {
  if (!computed) return exchange.refuse(computed.error());
  const auto first_token = exchange.directives.time_to_first_token;
  metrics_.start(computed->prompt_tokens, 0, first_token);
  metrics_.finish(0, 0, Metrics::End::kComplete);
  return make_whole_reply(200, kJson, std::move(computed->body), first_token);
}

Reply Simulator::generate(Exchange& exchange, std::string_view body) {
  const auto& endpoint = exchange.endpoint;
  ModelRequest request{.call = endpoint.call, .model = endpoint.model, .stream = endpoint.stream};
  if (const auto refusal = read_request(body, exchange.arena, request)) {
    return exchange.refuse(*refusal);
  }
  if (!serves(request.model))
    return exchange.refuse(unknown_model(request.model, exchange.dialect(), exchange.arena));
  switch (endpoint.call.operation) {
    case Operation::kCountTokens:
      return make_whole_reply(200, kJson, format_token_count(exchange.dialect(), request),
                              exchange.directives.time_to_first_token);
    case Operation::kEmbeddings:
      return send_computed(exchange, make_embeddings(request, escaped(request.model)));
    case Operation::kModerations:
      return send_computed(exchange, make_moderations(request, escaped(request.model)));
    default:
      break;
  }
  Subject subject{.call = endpoint.call,
                  .framing = endpoint.framing,
                  .id = fmt::format("{:016x}", exchange.random.next()),
                  .model = escaped(request.model),
                  .created = std::chrono::system_clock::to_time_t(exchange.now),
                  .include_usage = request.include_usage,
                  .answer = make_answer(request, exchange.directives)};
  auto fields = make_fields(subject, request);
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
  return make_whole_reply(200, kJson, llm::format_model_list(exchange.dialect(), entries));
}

Reply Simulator::show_model(const Exchange& exchange) const {
  const auto name = exchange.endpoint.model;
  if (serves(name)) {
    return make_whole_reply(200, kJson,
                            llm::format_model(exchange.dialect(), {name, "tidegate", {}}));
  }
  return exchange.refuse(unknown_model(name, exchange.dialect(), exchange.arena));
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
