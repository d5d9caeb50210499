#include "processors/ext_proc/messages.h"

#include <limits>

#include "base/ascii.h"
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

// Where Envoy puts the attributes of this filter.
constexpr const char* kAttributesOf = "envoy.filters.http.ext_proc";

void put_context(const Context& with, v3::ProcessingRequest& to) {
  if (with.modes != nullptr) {
    to.mutable_protocol_config()->set_request_body_mode(to_wire(with.modes->request_body));
    to.mutable_protocol_config()->set_response_body_mode(to_wire(with.modes->response_body));
  }
  to.set_observability_mode(with.is_observed);
  for (const auto& [name, value] : with.attributes) {
    auto& all = *(*to.mutable_attributes())[kAttributesOf].mutable_fields();
    if (const auto* number = std::get_if<double>(&value)) {
      all[std::string(name)].set_number_value(*number);
    } else {
      all[std::string(name)].set_string_value(std::string(std::get<std::string_view>(value)));
    }
  }
  for (const auto& [space, bytes] : with.metadata) {
    auto& spaces = *to.mutable_metadata_context()->mutable_filter_metadata();
    // What is not a Struct was refused when it came.
    spaces[std::string(space)].ParsePartialFromArray(bytes.data(), static_cast<int>(bytes.size()));
  }
}

std::string lower(std::string_view name) {
  std::string out(name);
  for (char& c : out) c = to_lower(c);
  return out;
}

void put_fields(const Fields& fields, core::HeaderMap& to) {
  for (const auto& [name, value] : fields) {
    core::HeaderValue& field = *to.add_headers();
    field.set_key(lower(name));
    field.set_raw_value(std::string(value));
  }
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
  if (from.has_grpc_status()) out.grpc_status = from.grpc_status().status();
  return {};
}

// As Envoy: what is told outside of a namespace is passed over.
void take_metadata(const v3::ProcessingResponse& from, Reply& out) {
  for (const auto& [space, value] : from.dynamic_metadata().fields()) {
    if (!value.has_struct_value()) continue;
    out.metadata.emplace_back(space, value.struct_value().SerializeAsString());
  }
}

void take_override(const Mode& from, Reply& out) {
  Modes modes;
  modes.request_headers = from.request_header_mode() != Mode::SKIP;
  modes.response_headers = from.response_header_mode() != Mode::SKIP;
  modes.request_body = from_wire(from.request_body_mode());
  modes.response_body = from_wire(from.response_body_mode());
  modes.request_trailers = from.request_trailer_mode() == Mode::SEND;
  modes.response_trailers = from.response_trailer_mode() == Mode::SEND;
  out.mode_override = modes;
}

// False: the reply is about no part.
bool take_part(const v3::ProcessingResponse& from, Reply& out) {
  switch (from.response_case()) {
    case v3::ProcessingResponse::kRequestHeaders:
      out.part = Part::kRequestHeaders;
      take_common(from.request_headers().response(), out);
      return true;
    case v3::ProcessingResponse::kResponseHeaders:
      out.part = Part::kResponseHeaders;
      take_common(from.response_headers().response(), out);
      return true;
    case v3::ProcessingResponse::kRequestBody:
      out.part = Part::kRequestBody;
      take_common(from.request_body().response(), out);
      return true;
    case v3::ProcessingResponse::kResponseBody:
      out.part = Part::kResponseBody;
      take_common(from.response_body().response(), out);
      return true;
    case v3::ProcessingResponse::kRequestTrailers:
      out.part = Part::kRequestTrailers;
      take_headers(from.request_trailers().header_mutation(), out.headers);
      return true;
    case v3::ProcessingResponse::kResponseTrailers:
      out.part = Part::kResponseTrailers;
      take_headers(from.response_trailers().header_mutation(), out.headers);
      return true;
    case v3::ProcessingResponse::kImmediateResponse:
    case v3::ProcessingResponse::RESPONSE_NOT_SET:
      break;
  }
  return false;
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
                           const Context& with) {
  v3::ProcessingRequest request;
  put_context(with, request);
  v3::HttpHeaders& headers = part == Part::kRequestHeaders ? *request.mutable_request_headers()
                                                           : *request.mutable_response_headers();
  put_fields(fields, *headers.mutable_headers());
  headers.set_end_of_stream(end_of_stream);
  return request.SerializeAsString();
}

std::string format_body(Part part, std::string_view bytes, bool end_of_stream,
                        const Context& with) {
  v3::ProcessingRequest request;
  put_context(with, request);
  v3::HttpBody& body = part == Part::kRequestBody ? *request.mutable_request_body()
                                                  : *request.mutable_response_body();
  body.set_body(std::string(bytes));
  body.set_end_of_stream(end_of_stream);
  return request.SerializeAsString();
}

std::string format_trailers(Part part, const Fields& fields, const Context& with) {
  v3::ProcessingRequest request;
  put_context(with, request);
  v3::HttpTrailers& trailers = part == Part::kRequestTrailers
                                   ? *request.mutable_request_trailers()
                                   : *request.mutable_response_trailers();
  put_fields(fields, *trailers.mutable_trailers());
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
  take_metadata(response, reply);
  if (response.has_mode_override()) take_override(response.mode_override(), reply);
  if (response.has_immediate_response()) {
    if (auto taken = take_immediate(response.immediate_response(), reply); !taken) {
      return std::unexpected(std::move(taken).error());
    }
    return reply;
  }
  if (take_part(response, reply)) return reply;
  if (!response.has_override_message_timeout()) return malformed();
  const auto& time = response.override_message_timeout();
  reply.kind = Reply::Kind::kMoreTime;
  // Whoever asks for more than a day gets nothing: both are out of bounds.
  constexpr std::int64_t kMostSeconds = 86'400;
  if (time.seconds() < 0 || time.seconds() > kMostSeconds) return reply;
  reply.more_time =
      std::chrono::seconds(time.seconds()) +
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(time.nanos()));
  return reply;
}

}  // namespace tidegate::processors::ext_proc
