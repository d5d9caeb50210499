// Access log lines of any texts: lines of the input become fields, and what comes out is one valid
// JSON line with no credential of the query in it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "json/scan.h"
#include "telemetry/access_record.h"

namespace {

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  telemetry::AiRecord ai;
  telemetry::AccessRecord record;
  record.target = take_line(rest);
  record.user_agent = take_line(rest);
  ai.model = take_line(rest);
  record.error_detail = rest;  // newlines and all
  record.error = ErrorCode::kInternal;
  record.ai = &ai;
  std::string line = "before ";
  telemetry::format_access_record(record, line);
  TIDEGATE_CHECK(line.starts_with("before {"));
  TIDEGATE_CHECK(line.find('\n') == line.size() - 1);
  TIDEGATE_CHECK(
      json::validate(std::string_view(line).substr(7, line.size() - 8), Origin::kInternal)
          .has_value());

  std::string scratch;
  const std::string redacted(telemetry::redact_target(record.target, scratch));
  TIDEGATE_CHECK(telemetry::redact_target(redacted, scratch) == redacted);
  return 0;
}
