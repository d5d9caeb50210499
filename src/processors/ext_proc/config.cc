#include "processors/ext_proc/config.h"

#include "decode/scalars.h"
#include "processors/read_config.h"

namespace tidegate::processors::ext_proc {
namespace {

using decode::Node;
using decode::ObjectReader;

// Envoy's names, so that what is known from there can be written as it is.
constexpr decode::Choice<bool> kHeaderModes[] = {
    {"DEFAULT", true}, {"SEND", true}, {"SKIP", false}};
constexpr decode::Choice<BodyMode> kBodyModes[] = {
    {"NONE", BodyMode::kNone},
    {"STREAMED", BodyMode::kStreamed},
    {"BUFFERED", BodyMode::kBuffered},
    {"BUFFERED_PARTIAL", BodyMode::kBufferedPartial},
    {"FULL_DUPLEX_STREAMED", BodyMode::kFullDuplexStreamed}};

void read_modes(const Node& node, Modes& out) {
  ObjectReader object(node);
  object.optional("requestHeaderMode", out.request_headers, decode::one_of(kHeaderModes));
  object.optional("responseHeaderMode", out.response_headers, decode::one_of(kHeaderModes));
  object.optional("requestBodyMode", out.request_body, decode::one_of(kBodyModes));
  object.optional("responseBodyMode", out.response_body, decode::one_of(kBodyModes));
}

void read_all(const Node& node, Config& out) {
  ObjectReader object(node);
  object.optional("processingMode", out.modes, read_modes);
  object.optional("messageTimeout", out.message_timeout, decode::read_duration);
  object.optional("maxMessageTimeout", out.max_message_timeout, decode::read_duration);
  object.optional("allowModeOverride", out.allow_mode_override, decode::read_bool);
  object.optional("disableImmediateResponse", out.disable_immediate_response, decode::read_bool);
  object.optional("partialBytes", out.partial_bytes,
                  decode::Int<std::size_t>{.min = 1, .max = 32 * 1024 * 1024});
}

}  // namespace

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_all);
}

std::vector<std::string> check(std::string_view json) {
  Config unused;
  return read(json, unused);
}

}  // namespace tidegate::processors::ext_proc
