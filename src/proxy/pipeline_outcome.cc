#include "proxy/pipeline_outcome.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "json/writer.h"
#include "llm/provider.h"
#include "proxy/choose_route.h"
#include "proxy/kept_reply.h"
#include "proxy/local_reply.h"
#include "proxy/processor_call.h"
#include "proxy/written_reply.h"

namespace tidegate::proxy {

using pipeline::Outcome;

namespace {

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
  pipeline::Reply reply = *flight.pipelines->reply;
  if (reply.kept != nullptr) {
    flight.pipelines->reply.reset();
    auto sent = co_await send_kept_reply(flight, reply);
    // A processor that saw it may have answered in its place.
    if (sent || !flight.pipelines->reply || flight.exchange.response->started()) co_return sent;
    reply = *flight.pipelines->reply;
  }
  LocalReply local(reply.status,
                   reply.content_type.empty() ? "text/plain; charset=utf-8" : reply.content_type,
                   std::string(reply.text));
  if (reply.is_completion) {
    TIDEGATE_CO_TRY_VOID(read_model_call(flight));
    const auto format = flight.call ? llm::format_of(*flight.call) : std::nullopt;
    if (format) {
      const llm::Crossing crossing{*format, llm::Format::kChat, llm::Framing::kSse};
      auto made = write_reply(flight, crossing, make_chat_completion(flight, reply.text), {});
      if (!made) co_return std::unexpected(std::move(made).error());
      local = std::move(*made);
      local.status = reply.status;
    }
  }
  local.fields.insert(local.fields.end(), reply.fields.begin(), reply.fields.end());
  co_return co_await send_reply(flight, std::move(local));
}

}  // namespace tidegate::proxy
