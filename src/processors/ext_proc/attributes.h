// Attributes of an exchange under Envoy's names, and two of our own.
// Source: Envoy documentation, "Attributes" (1.36).   Thread: pure functions.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "decode/scalars.h"
#include "pipeline/processor.h"
#include "processors/ext_proc/messages.h"

namespace tidegate::processors::ext_proc {

enum class Attribute : std::uint8_t {
  kRequestPath,
  kRequestUrlPath,
  kRequestQuery,
  kRequestHost,
  kRequestScheme,
  kRequestMethod,
  kRequestProtocol,
  kRequestId,
  kRequestReferer,
  kRequestUserAgent,
  kResponseCode,
  kSourceAddress,
  kRouteName,
  kClusterName,
  kModel,
  kRegion,
};

// A name of the list to its attribute.
void read_attribute(const decode::Node& node, Attribute& out);
// Adds those that have a value.
void add_attributes(const std::vector<Attribute>& names, const pipeline::Message& message,
                    Context& to);

}  // namespace tidegate::processors::ext_proc
