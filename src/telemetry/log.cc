#include "telemetry/log.h"

// Names of levels as to_string(LogLevel) has them.
#define SPDLOG_LEVEL_NAMES {"trace", "debug", "info", "warn", "error", "critical", "off"}
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "json/text.h"

namespace tidegate::telemetry {
namespace {

constexpr const char* kTextPattern = "%Y-%m-%d %H:%M:%S.%e %^%-5l%$ %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})";

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

struct Logger {
  std::shared_ptr<spdlog::logger> target;
  LogFormat format = LogFormat::kText;

  Logger(LogLevel level, LogFormat wanted) {
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    format = wanted != LogFormat::kAuto ? wanted : terminal ? LogFormat::kText : LogFormat::kJson;
    spdlog::sink_ptr sink;
    if (format == LogFormat::kText && terminal) {
      sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    }
    target = std::make_shared<spdlog::logger>("tidegate", std::move(sink));
    target->set_pattern(format == LogFormat::kText ? kTextPattern : kJsonPattern,
                        format == LogFormat::kText ? spdlog::pattern_time_type::local
                                                   : spdlog::pattern_time_type::utc);
    target->set_level(spdlog_level(level));
    target->flush_on(spdlog::level::debug);
    target->set_error_handler([](const std::string&) {});  // a closed stderr is nothing to die of
  }
};

// The one global of the process's logging: standard error is one, too.
Logger& logger() {
  static Logger instance(LogLevel::kInfo, LogFormat::kAuto);
  return instance;
}

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

std::optional<LogLevel> parse_log_level(std::string_view text) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError}) {
    if (to_string(level) == text) return level;
  }
  return std::nullopt;
}

void configure_log(LogLevel level, LogFormat format) { logger() = Logger(level, format); }

bool is_logged(LogLevel level) { return logger().target->should_log(spdlog_level(level)); }

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (!is_logged(level)) return;
  std::string text;
  format_log_text(message, fields, logger().format, text);
  logger().target->log(spdlog_level(level), spdlog::string_view_t(text.data(), text.size()));
}

void format_log_text(std::string_view message, std::initializer_list<LogField> fields,
                     LogFormat format, std::string& out) {
  if (format == LogFormat::kJson) {
    out += "\"message\":\"";
    json::append_escaped(out, message);
    out += '"';
    for (const LogField& field : fields) {
      out += ",\"";
      json::append_escaped(out, field.name);
      out += "\":\"";
      json::append_escaped(out, field.value);
      out += '"';
    }
    return;
  }
  out += message;
  for (const LogField& field : fields) {
    out.append(" ").append(field.name).append("=\"");
    json::append_escaped(out, field.value);
    out += '"';
  }
}

}  // namespace tidegate::telemetry
