#include "processors/ext_proc/messages.h"

#include <algorithm>
#include <limits>

#include "external_processor.pb.h"

namespace tidegate::processors::ext_proc {
namespace {

namespace v3 = envoy::service::ext_proc::v3;
namespace core = envoy::config::core::v3;
using Mode = envoy::extensions::filters::http::ext_proc::v3::ProcessingMode;

Mode::BodySendMode to_wire(BodyMode mode) {
  switch (mode) {
    case BodyMode::kNone:
      return Mode::NONE;
    case BodyMode::kStreamed:
      return Mode::STREAMED;
    case BodyMode::kBuffered:
      return Mode::BUFFERED;
    case BodyMode::kBufferedPartial:
      return Mode::BUFFERED_PARTIAL;
    case BodyMode::kFullDuplexStreamed:
      return Mode::FULL_DUPLEX_STREAMED;
  }
  return Mode::NONE;
}

BodyMode from_wire(Mode::BodySendMode mode) {
  switch (mode) {
    case Mode::STREAMED:
      return BodyMode::kStreamed;
    case Mode::BUFFERED:
      return BodyMode::kBuffered;
    case Mode::BUFFERED_PARTIAL:
      return BodyMode::kBufferedPartial;
    case Mode::FULL_DUPLEX_STREAMED:
      return BodyMode::kFullDuplexStreamed;
    default:
      return BodyMode::kNone;
  }
}

void put_modes(const Modes* modes, v3::ProcessingRequest& to) {
  if (modes == nullptr) return;
  to.mutable_protocol_config()->set_request_body_mode(to_wire(modes->request_body));
  to.mutable_protocol_config()->set_response_body_mode(to_wire(modes->response_body));
}

std::string lower(std::string_view name) {
  std::string out(name);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

HeaderChange::Kind kind_of(const core::HeaderValueOption& option) {
  using Kind = HeaderChange::Kind;
  if (option.has_append()) return option.append().value() ? Kind::kAppend : Kind::kOverwrite;
  switch (option.append_action()) {
    case core::HeaderValueOption::ADD_IF_ABSENT:
      return Kind::kAddIfAbsent;
    case core::HeaderValueOption::OVERWRITE_IF_EXISTS_OR_ADD:
      return Kind::kOverwrite;
    case core::HeaderValueOption::OVERWRITE_IF_EXISTS:
      return Kind::kOverwriteIfExists;
    default:
      return Kind::kAppend;
  }
}

void take_headers(const v3::HeaderMutation& from, std::vector<HeaderChange>& out) {
  for (const auto& option : from.set_headers()) {
    const core::HeaderValue& header = option.header();
    const std::string& value = header.raw_value().empty() ? header.value() : header.raw_value();
    // As Envoy: a field that would be empty is not added.
    if (value.empty() && !option.keep_empty_value()) continue;
    out.push_back({kind_of(option), lower(header.key()), value});
  }
  for (const auto& name : from.remove_headers()) {
    out.push_back({HeaderChange::Kind::kRemove, lower(name), {}});
  }
}

void take_common(const v3::CommonResponse& from, Reply& out) {
  take_headers(from.header_mutation(), out.headers);
  out.replaces = from.status() == v3::CommonResponse::CONTINUE_AND_REPLACE;
  out.clear_route_cache = from.clear_route_cache();
  switch (from.body_mutation().mutation_case()) {
    case v3::BodyMutation::kBody:
      out.body = from.body_mutation().body();
      break;
    case v3::BodyMutation::kClearBody:
      if (from.body_mutation().clear_body()) out.body.emplace();
      break;
    case v3::BodyMutation::kStreamedResponse:
      out.body = from.body_mutation().streamed_response().body();
      out.streamed = true;
      out.end_of_stream = from.body_mutation().streamed_response().end_of_stream();
      break;
    case v3::BodyMutation::MUTATION_NOT_SET:
      break;
  }
}

Result<void> take_immediate(const v3::ImmediateResponse& from, Reply& out) {
  out.kind = Reply::Kind::kImmediate;
  const int code = from.status().code();
  if (code < 200 || code > 599) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "an immediate response without a status");
  }
  out.status = static_cast<std::uint16_t>(code);
  take_headers(from.headers(), out.headers);
  out.body = from.body();
  out.details = from.details();
  return {};
}

void take_override(const Mode& from, Reply& out) {
  Modes modes;
  modes.request_headers = from.request_header_mode() != Mode::SKIP;
  modes.response_headers = from.response_header_mode() != Mode::SKIP;
  modes.request_body = from_wire(from.request_body_mode());
  modes.response_body = from_wire(from.response_body_mode());
  out.mode_override = modes;
}

}  // namespace

std::string_view to_string(Part part) {
  switch (part) {
    case Part::kRequestHeaders:
      return "request headers";
    case Part::kResponseHeaders:
      return "response headers";
    case Part::kRequestBody:
      return "request body";
    case Part::kResponseBody:
      return "response body";
    case Part::kRequestTrailers:
      return "request trailers";
    case Part::kResponseTrailers:
      return "response trailers";
  }
  return "";
}

std::string format_headers(Part part, const Fields& fields, bool end_of_stream,
                           const Modes* modes) {
  v3::ProcessingRequest request;
  put_modes(modes, request);
  v3::HttpHeaders& headers = part == Part::kRequestHeaders ? *request.mutable_request_headers()
                                                           : *request.mutable_response_headers();
  for (const auto& [name, value] : fields) {
    core::HeaderValue& field = *headers.mutable_headers()->add_headers();
    field.set_key(lower(name));
    field.set_raw_value(std::string(value));
  }
  headers.set_end_of_stream(end_of_stream);
  return request.SerializeAsString();
}

std::string format_body(Part part, std::string_view bytes, bool end_of_stream, const Modes* modes) {
  v3::ProcessingRequest request;
  put_modes(modes, request);
  v3::HttpBody& body = part == Part::kRequestBody ? *request.mutable_request_body()
                                                  : *request.mutable_response_body();
  body.set_body(std::string(bytes));
  body.set_end_of_stream(end_of_stream);
  return request.SerializeAsString();
}

Result<Reply> parse_reply(std::string_view bytes) {
  const auto malformed = [] {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "no ProcessingResponse");
  };
  v3::ProcessingResponse response;
  if (bytes.size() > std::numeric_limits<int>::max()) return malformed();
  if (!response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return malformed();
  Reply reply;
  if (response.has_mode_override()) take_override(response.mode_override(), reply);
  switch (response.response_case()) {
    case v3::ProcessingResponse::kRequestHeaders:
      reply.part = Part::kRequestHeaders;
      take_common(response.request_headers().response(), reply);
      return reply;
    case v3::ProcessingResponse::kResponseHeaders:
      reply.part = Part::kResponseHeaders;
      take_common(response.response_headers().response(), reply);
      return reply;
    case v3::ProcessingResponse::kRequestBody:
      reply.part = Part::kRequestBody;
      take_common(response.request_body().response(), reply);
      return reply;
    case v3::ProcessingResponse::kResponseBody:
      reply.part = Part::kResponseBody;
      take_common(response.response_body().response(), reply);
      return reply;
    case v3::ProcessingResponse::kRequestTrailers:
      reply.part = Part::kRequestTrailers;
      return reply;
    case v3::ProcessingResponse::kResponseTrailers:
      reply.part = Part::kResponseTrailers;
      return reply;
    case v3::ProcessingResponse::kImmediateResponse:
      if (auto taken = take_immediate(response.immediate_response(), reply); !taken) {
        return std::unexpected(std::move(taken).error());
      }
      return reply;
    case v3::ProcessingResponse::RESPONSE_NOT_SET:
      break;
  }
  if (!response.has_override_message_timeout()) return malformed();
  const auto& time = response.override_message_timeout();
  reply.kind = Reply::Kind::kMoreTime;
  reply.more_time =
      std::chrono::seconds(time.seconds()) +
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(time.nanos()));
  return reply;
}

}  // namespace tidegate::processors::ext_proc
