#include "proxy/attempts_field.h"

#include <string>

namespace tidegate::proxy {
namespace {

// "Backend/ns/name:443" is name.
std::string_view short_name(std::string_view id) {
  if (const auto slash = id.rfind('/'); slash != id.npos) id.remove_prefix(slash + 1);
  return id.substr(0, id.find(':'));
}

}  // namespace

std::string_view format_attempts(std::span<const telemetry::TryRecord> tries, Arena& arena) {
  std::string text;
  for (const telemetry::TryRecord& one : tries) {
    if (!text.empty()) text += ", ";
    text.append(short_name(one.backend)).append(";").append(one.outcome);
  }
  return arena.copy(text);
}

}  // namespace tidegate::proxy
