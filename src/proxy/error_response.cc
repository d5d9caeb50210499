#include "proxy/error_response.h"

#include <fmt/format.h>

#include "coding/coding.h"
#include "exchange/refusal_status.h"
#include "json/writer.h"
#include "llm/error_body.h"
#include "proxy/attempts_field.h"
#include "proxy/local_reply.h"
#include "proxy/payload.h"

namespace tidegate::proxy {

using exchange::CancelReason;
using telemetry::Termination;

namespace {

std::uint16_t upstream_status(const Error& error) {
  switch (error.code) {
    case ErrorCode::kTimeout:
      return 504;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kNoBackend:
      return 500;
    default:
      return 502;
  }
}

bool is_grpc(const http::RequestHead& request) {
  const auto type = request.fields.find(http::HeaderId::kContentType);
  return type && type->starts_with("application/grpc");
}

// Source: gRPC, "HTTP to gRPC Status Code Mapping".
int grpc_status_of(std::uint16_t status) {
  switch (status) {
    case 400:
      return 13;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 408:
    case 504:
      return 4;
    case 413:
    case 429:
    case 431:
      return 8;
    case 502:
    case 503:
      return 14;
    default:
      return 2;
  }
}

LocalReply grpc_reply(Flight& flight, std::uint16_t status, const std::string& message) {
  LocalReply reply(200, "application/grpc", std::string());
  Arena& arena = flight.exchange.arena;
  reply.fields.emplace_back("grpc-status", arena.copy(std::to_string(grpc_status_of(status))));
  reply.fields.emplace_back("grpc-message", arena.copy(message));
  return reply;
}

// A processor that ends an exchange says itself how.
std::uint16_t status_for(const Flight& flight) {
  const PipelineState* state = flight.pipelines.get();
  return state != nullptr && state->refusal ? state->refusal->status : status_of(*flight.error);
}

std::string message_for(const Flight& flight) {
  const PipelineState* state = flight.pipelines.get();
  return state != nullptr && state->refusal ? std::string(state->refusal->message)
                                            : client_message(*flight.error);
}

// What a processor that refused calls it; empty: none did, or it has no name for it.
std::string_view refusal_code(const Flight& flight) {
  const bool refused = flight.pipelines != nullptr && flight.pipelines->refusal;
  return refused ? flight.pipelines->refusal->code : std::string_view();
}

LocalReply model_reply(Flight& flight, std::uint16_t status, const std::string& message) {
  llm::ErrorBody body;
  body.status = status;
  std::string text = message;
  if (flight.error->code == ErrorCode::kModelNotFound &&
      flight.error->origin == Origin::kDownstream) {
    text = fmt::format("The model `{}` does not exist or no route offers it", flight.model);
    body.code = "model_not_found";
    body.param = "model";
  }
  if (const auto code = refusal_code(flight); !code.empty()) body.code = code;
  body.message = text;
  LocalReply reply(status, "application/json", llm::format_error(flight.call->dialect, body));
  if (flight.call->dialect == llm::Dialect::kBedrock) {
    reply.fields.emplace_back("x-amzn-errortype", llm::error_type(llm::Dialect::kBedrock, status));
  }
  return reply;
}

// Source: RFC 9457, Problem Details for HTTP APIs.
LocalReply problem_reply(std::uint16_t status, const std::string& message) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object().member("type", "about:blank").member("title", http::reason_phrase(status));
  writer.member("status", std::uint64_t{status}).member("detail", message).end_object();
  text += '\n';
  return LocalReply(status, "application/problem+json", std::move(text));
}

// After bytes that are not the protocol, nothing that follows on the connection can be trusted.
bool poisons_connection(const Error& error) {
  if (error.origin != Origin::kDownstream) return false;
  switch (error.code) {
    case ErrorCode::kMalformed:
    case ErrorCode::kBadContentLength:
    case ErrorCode::kProtocolViolation:
    case ErrorCode::kUnsupported:
    case ErrorCode::kExpectationFailed:
    case ErrorCode::kHeadTooLarge:
    case ErrorCode::kBodyTooLarge:
    case ErrorCode::kLimit:
    case ErrorCode::kTimeout:
      return true;
    default:
      return false;
  }
}

Termination termination_of(const Flight& flight) {
  switch (flight.exchange.cancel_reason) {
    case CancelReason::kClientGone:
      return Termination::kClientGone;
    case CancelReason::kRequestTimeout:
      return Termination::kTimeout;
    case CancelReason::kShutdown:
      return Termination::kDrain;
    case CancelReason::kNone:
      break;
  }
  if (exchange::refusal_status(*flight.error) == 499 &&
      flight.error->origin == Origin::kDownstream) {
    return Termination::kClientGone;
  }
  if (flight.error->code == ErrorCode::kTimeout) return Termination::kTimeout;
  return flight.exchange.response->committed() ? Termination::kUpstreamReset
                                               : Termination::kComplete;
}

// After the response has begun: a model stream ends with an error event in the caller's dialect,
// then the message ends, so that no client library loses the event (docs/adr/0005). Everything else
// is cut.
async::Task<void> end_started(Flight& flight) {
  exchange::ResponseWriter& response = *flight.exchange.response;
  if (!flight.stream_position) {
    response.abort();
    co_return;
  }
  const std::string message = message_for(flight);
  llm::ErrorBody body;
  body.status = status_for(flight);
  body.message = message;
  body.code = refusal_code(flight);
  std::string event;
  // A translation that has come to its end has nothing more to say, though a processor has kept
  // that end from the client.
  const bool translates =
      flight.transcoder != nullptr && flight.transcoder->state() != llm::StreamState::kDone;
  if (translates) {
    llm::ReplyError error;
    error.status = body.status;
    error.message = body.message;
    flight.transcoder->fail(error, event);
  } else {
    event = llm::format_stream_error(*flight.call, body, *flight.stream_position);
  }
  flight.bytes_out += event.size();
  auto written = co_await response.write(event, stream::End::kYes, nullptr);
  if (!written) response.abort();
}

}  // namespace

std::uint16_t status_of(const Error& error) {
  switch (error.origin) {
    case Origin::kDownstream:
      return exchange::refusal_status(error);
    case Origin::kUpstream:
      return upstream_status(error);
    case Origin::kInternal:
      return 500;
  }
  return 500;
}

std::string client_message(const Error& error) {
  switch (error.origin) {
    case Origin::kDownstream:
      return error.detail;
    case Origin::kInternal:
      return "internal error";
    case Origin::kUpstream:
      break;
  }
  switch (error.code) {
    case ErrorCode::kTimeout:
      return "the upstream did not answer in time";
    case ErrorCode::kUnavailable:
      return "no upstream is available";
    case ErrorCode::kNoBackend:
      return "the route has no usable backend";
    case ErrorCode::kConnectionRefused:
    case ErrorCode::kConnectFailed:
    case ErrorCode::kDnsFailure:
      return "the upstream could not be reached";
    case ErrorCode::kTlsFailure:
      return "no trusted connection to the upstream";
    default:
      return "the upstream closed the connection or sent a broken response";
  }
}

async::Task<void> answer_error(Flight& flight) {
  if (flight.exchange.cancel_reason == CancelReason::kRequestTimeout) {
    flight.error.emplace(ErrorCode::kTimeout, Origin::kUpstream, "request timeout of the route");
  }
  flight.termination = termination_of(flight);
  const bool committed = flight.exchange.response->committed();
  if (!committed) flight.status = status_for(flight);
  if (flight.termination == Termination::kClientGone) {
    flight.status = committed ? flight.status : 499;
    flight.exchange.response->abort();
    co_return;
  }
  if (flight.exchange.response->started()) {
    co_await end_started(flight);
    co_return;
  }
  if (poisons_connection(*flight.error) && !(flight.call && flight.body().whole()))
    flight.exchange.response->close_after();
  const std::uint16_t status = flight.status;
  const std::string message = message_for(flight);
  LocalReply reply = flight.call                        ? model_reply(flight, status, message)
                     : is_grpc(flight.exchange.request) ? grpc_reply(flight, status, message)
                                                        : problem_reply(status, message);
  if (!flight.tries.empty()) {
    reply.fields.emplace_back(kAttemptsField, format_attempts(flight.tries, flight.exchange.arena));
  }
  // RFC 9110 12.5.3.
  if (refusal_code(flight) == kUnsupportedCoding) {
    reply.fields.emplace_back("accept-encoding", coding::kAccepted);
  }
  // RFC 9110 11.6.1.
  if (status == 401) reply.fields.emplace_back("www-authenticate", "Bearer");
  auto sent = co_await send_reply(flight, std::move(reply));
  flight.status = status;
  if (!sent) flight.termination = Termination::kClientGone;
}

}  // namespace tidegate::proxy
