#include "processors/ext_proc/config.h"

#include <algorithm>

#include "decode/scalars.h"
#include "http/char_blocks.h"
#include "http/header_map.h"
#include "processors/read_config.h"

namespace tidegate::processors::ext_proc {
namespace {

using decode::Node;
using decode::ObjectReader;

constexpr std::size_t kMostNames = 64;

// Envoy's names, so that what is known from there can be written as it is.
constexpr decode::Choice<bool> kHeaderModes[] = {
    {"DEFAULT", true}, {"SEND", true}, {"SKIP", false}};
constexpr decode::Choice<bool> kTrailerModes[] = {
    {"DEFAULT", false}, {"SEND", true}, {"SKIP", false}};
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
  object.optional("requestTrailerMode", out.request_trailers, decode::one_of(kTrailerModes));
  object.optional("responseTrailerMode", out.response_trailers, decode::one_of(kTrailerModes));
  const bool request = out.request_trailers && out.request_body == BodyMode::kNone;
  const bool response = out.response_trailers && out.response_body == BodyMode::kNone;
  if (request || response) node.fail("trailers are sent behind a body: its mode must not be NONE");
}

bool is_pattern(std::string_view text) {
  if (text.ends_with('*')) text.remove_suffix(1);
  return http::is_token(text) && text.find('*') == std::string_view::npos;
}

void read_pattern(const Node& node, std::string& out) {
  decode::Text{.min = 1,
               .max = 256,
               .valid = is_pattern,
               .must = "be the name of a field, or its beginning and *"}(node, out);
}

void read_forward(const Node& node, ForwardRules& out) {
  ObjectReader object(node);
  object.list("allowedHeaders", out.allowed, {.max = kMostNames}, read_pattern);
  object.list("disallowedHeaders", out.disallowed, {.max = kMostNames}, read_pattern);
}

void read_mutation(const Node& node, MutationRules& out) {
  ObjectReader object(node);
  object.optional("allowEnvoy", out.allow_envoy, decode::read_bool);
  object.optional("disallowSystem", out.disallow_system, decode::read_bool);
  object.optional("disallowAll", out.disallow_all, decode::read_bool);
  object.optional("disallowIsError", out.disallow_is_error, decode::read_bool);
}

void read_namespaces(const Node& node, std::vector<std::string>& out) {
  ObjectReader object(node);
  decode::Text name;
  name.min = 1;
  name.max = 256;
  object.list("untyped", out, {.max = kMostNames}, name);
}

void read_metadata(const Node& node, Config& out) {
  ObjectReader object(node);
  object.optional("forwardingNamespaces", out.forwarding_namespaces, read_namespaces);
  object.optional("receivingNamespaces", out.receiving_namespaces, read_namespaces);
}

void read_all(const Node& node, Config& out) {
  ObjectReader object(node);
  object.optional("processingMode", out.modes, read_modes);
  object.optional("messageTimeout", out.message_timeout, decode::read_duration);
  object.optional("maxMessageTimeout", out.max_message_timeout, decode::read_duration);
  object.optional("allowModeOverride", out.allow_mode_override, decode::read_bool);
  object.optional("disableImmediateResponse", out.disable_immediate_response, decode::read_bool);
  object.optional("observabilityMode", out.is_observed, decode::read_bool);
  object.optional("partialBytes", out.partial_bytes,
                  decode::Int<std::size_t>{.min = 1, .max = 32 * 1024 * 1024});
  object.list("requestAttributes", out.request_attributes, {.max = kMostNames}, read_attribute);
  object.list("responseAttributes", out.response_attributes, {.max = kMostNames}, read_attribute);
  object.optional("forwardRules", out.forward, read_forward);
  object.optional("mutationRules", out.mutation, read_mutation);
  object.optional("metadataOptions", out, read_metadata);
}

bool matches(const std::vector<std::string>& patterns, std::string_view name) {
  return std::ranges::any_of(patterns, [name](std::string_view pattern) {
    if (!pattern.ends_with('*')) return http::iequals(pattern, name);
    pattern.remove_suffix(1);
    return http::iequals(pattern, name.substr(0, pattern.size()));
  });
}

}  // namespace

bool ForwardRules::allow(std::string_view name) const {
  return (allowed.empty() || matches(allowed, name)) && !matches(disallowed, name);
}

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_all);
}

}  // namespace tidegate::processors::ext_proc
