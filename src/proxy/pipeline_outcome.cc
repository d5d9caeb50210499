#include "proxy/pipeline_outcome.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

#include "http/uri.h"
#include "json/writer.h"
#include "llm/provider.h"
#include "llm/transcode.h"
#include "proxy/choose_route.h"
#include "proxy/local_reply.h"
#include "proxy/processor_call.h"

namespace tidegate::proxy {

using pipeline::Outcome;

namespace {

std::uint64_t seconds_now(const Flight& flight) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(
          flight.exchange.reactor.clock().wall_now().time_since_epoch())
          .count());
}

// Source: OpenAI API reference, The chat completion object (2026-11).
std::string make_chat_completion(const Flight& flight, std::string_view text) {
  std::string out;
  json::Writer json(out);
  json.begin_object();
  json.member("id", fmt::format("chatcmpl-{}", flight.request_id));
  json.member("object", "chat.completion").member("created", seconds_now(flight));
  json.member("model", flight.model).key("choices").begin_array().begin_object();
  json.member("index", std::uint64_t{0}).key("message").begin_object();
  json.member("role", "assistant").member("content", text).end_object();
  json.member("finish_reason", "stop").end_object().end_array();
  json.key("usage").begin_object().member("prompt_tokens", std::uint64_t{0});
  json.member("completion_tokens", std::uint64_t{0}).member("total_tokens", std::uint64_t{0});
  json.end_object().end_object();
  return out;
}

bool wants_array(const Flight& flight) {
  if (flight.call->dialect != llm::Dialect::kGemini) return false;
  const auto alt =
      http::find_query_parameter(flight.exchange.request.query(), "alt", flight.exchange.arena);
  return alt != "sse";
}

// A completion as the caller reads it: whole, or as the stream that it asked for.
Result<LocalReply> make_completion(Flight& flight, const pipeline::Reply& reply,
                                   llm::Format format) {
  LocalReply local(reply.status, "application/json", std::string());
  const std::string chat = make_chat_completion(flight, reply.text);
  const llm::Crossing crossing{format, llm::Format::kChat, llm::Framing::kSse};
  llm::Caller caller;
  caller.model = flight.model;
  caller.include_usage = flight.facts && flight.facts->include_usage == llm::IncludeUsage::kAsked;
  caller.fallback_id = flight.request_id;
  caller.now = seconds_now(flight);
  if (!flight.facts || !flight.facts->stream) {
    TIDEGATE_TRY(made, llm::transcode_reply(crossing, chat, caller, flight.exchange.arena));
    local.body = std::move(made.body);
    return local;
  }
  const bool array = wants_array(flight);
  llm::StreamTranscoder stream(crossing, caller,
                               array ? llm::StreamForm::kArray : llm::StreamForm::kEvents);
  TIDEGATE_TRY_VOID(stream.feed_document(chat, local.body));
  if (format == llm::Format::kConverse) {
    local.content_type = "application/vnd.amazon.eventstream";
  } else if (!array) {
    local.content_type = "text/event-stream";
    local.fields.emplace_back("cache-control", "no-cache");
  }
  return local;
}

}  // namespace

PipelineState& pipeline_state(Flight& flight) {
  if (flight.pipelines == nullptr) {
    flight.pipelines =
        std::make_unique<PipelineState>(flight.exchange, std::make_unique<ProcessorCaller>(flight));
  }
  return *flight.pipelines;
}

std::unexpected<Error> refuse(Flight& flight, pipeline::Refusal refusal, Error error) {
  const http::RequestHead& request = flight.exchange.request;
  if (!flight.call) flight.call = llm::find_operation(request.method, request.path());
  pipeline_state(flight).refusal = refusal;
  return std::unexpected(std::move(error));
}

std::unexpected<Error> refuse_broken(Flight& flight, const pipeline::Chain& chain) {
  return refuse(flight, {.status = 500, .code = {}, .message = "a payload pipeline cannot run"},
                Error(ErrorCode::kInvalidConfig, Origin::kInternal, chain.broken()));
}

Result<void> conclude(Flight& flight, const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::kContinue:
    case Outcome::Kind::kReroute:
      return {};
    case Outcome::Kind::kAnswer:
      flight.pipelines->reply = outcome.reply;
      return fail(ErrorCode::kForbidden, Origin::kDownstream, "answered by a processor");
    case Outcome::Kind::kReject:
      break;
  }
  if (flight.exchange.cancel.requested()) return std::unexpected(*outcome.error);
  return refuse(flight, outcome.refusal, *outcome.error);
}

async::Task<Result<void>> send_pipeline_reply(Flight& flight) {
  const pipeline::Reply reply = *flight.pipelines->reply;
  if (reply.is_completion) {
    TIDEGATE_CO_TRY_VOID(read_model_call(flight));
    const auto format = flight.call ? llm::format_of(*flight.call) : std::nullopt;
    if (format) {
      auto made = make_completion(flight, reply, *format);
      if (!made) co_return std::unexpected(std::move(made).error());
      co_return co_await send_reply(flight, std::move(*made));
    }
  }
  LocalReply local(reply.status,
                   reply.content_type.empty() ? "text/plain; charset=utf-8" : reply.content_type,
                   std::string(reply.text));
  co_return co_await send_reply(flight, std::move(local));
}

}  // namespace tidegate::proxy
