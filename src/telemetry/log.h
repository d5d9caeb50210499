// The operational log: what the gateway has to say about itself, to standard error.
//
// For people on a terminal (text, coloured) or for machines (JSON lines). Rare events only:
// exchanges go to the access log. The message is a fixed text; what varies goes into fields, so
// that logs can be searched.
//   log(LogLevel::kWarn, "upstream endpoint ejected", {{"backend", id}, {"failures", "5"}});
// Thread: any; lines are written whole, under a lock.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace tidegate::telemetry {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };
// "debug", "info", "warn", "error".
std::string_view to_string(LogLevel level);
std::optional<LogLevel> parse_log_level(std::string_view text);

enum class LogFormat : std::uint8_t {
  kAuto,  // text on a terminal, else JSON lines
  kText,
  kJson,
};

struct LogField {
  std::string_view name;
  std::string_view value;
};

// Sets level and format for the process. Before the first call: info, kAuto. Thread: call at start.
void configure_log(LogLevel level, LogFormat format);
// Whether a message of that level would be written; ask before building costly fields.
bool is_logged(LogLevel level);
// Writes one line. Never fails: what cannot be written is lost.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

// The part of a line that is ours: `message key="value"` as text, or members of a JSON object.
void format_log_text(std::string_view message, std::initializer_list<LogField> fields,
                     LogFormat format, std::string& out);

}  // namespace tidegate::telemetry
