#include "app/explain/explanation_format.h"

#include <fmt/format.h>

#include "json/writer.h"

namespace tidegate::app {
namespace {

void add_line(std::string& text, const Paint& paint, std::string_view name,
              std::string_view value) {
  if (!value.empty()) text += fmt::format("{} {}\n", paint.dim(fmt::format("{:<9}", name)), value);
}

std::string format_candidate(const Candidate& candidate) {
  if (candidate.backend.empty()) {
    return fmt::format("an unresolved reference: {} ({:.0f} %)", candidate.error_status,
                       100 * candidate.share);
  }
  const std::string endpoints = candidate.endpoints.empty()
                                    ? "no endpoint is ready: 503"
                                    : fmt::format("{}", fmt::join(candidate.endpoints, ", "));
  return fmt::format("{} weight {} ({:.0f} %): {}{}", candidate.backend, candidate.weight,
                     100 * candidate.share, endpoints,
                     candidate.provider.empty() ? "" : ", provider " + candidate.provider);
}

void write_texts(json::Writer& out, std::string_view name, const std::vector<std::string>& texts) {
  out.key(name).begin_array();
  for (const auto& text : texts) out.string(text);
  out.end_array();
}

void write_known(json::Writer& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.member(name, text);
}

void write_candidate(json::Writer& out, const Candidate& candidate) {
  out.begin_object();
  write_known(out, "backend", candidate.backend);
  if (candidate.backend.empty()) out.member("errorStatus", std::uint64_t{candidate.error_status});
  out.member("weight", std::uint64_t{candidate.weight});
  out.key("share").number(candidate.share);
  write_texts(out, "endpoints", candidate.endpoints);
  write_known(out, "provider", candidate.provider);
  out.end_object();
}

}  // namespace

std::string format_text(const Explanation& explanation, const Paint& paint) {
  std::string text;
  add_line(text, paint, "port", explanation.port);
  add_line(text, paint, "listener", explanation.listener);
  add_line(text, paint, "call", explanation.call);
  add_line(text, paint, "model", explanation.model);
  add_line(text, paint, "route", explanation.route);
  if (explanation.rule) {
    add_line(text, paint, "rule", fmt::format("{} {}", *explanation.rule, explanation.rule_name));
  }
  add_line(text, paint, "match", explanation.match);
  for (const auto& filter : explanation.filters) add_line(text, paint, "filter", filter);
  for (const auto& one : explanation.processors) add_line(text, paint, "processor", one);
  for (const auto& candidate : explanation.candidates) {
    add_line(text, paint, "backend", format_candidate(candidate));
  }
  if (explanation.status != 0) {
    const std::string answer = fmt::format("{}: {}", explanation.status, explanation.reason);
    add_line(text, paint, "answer", explanation.answers() ? answer : paint.red(answer));
  }
  if (!explanation.misses.empty()) text += "\nNot chosen, nearest first:\n";
  for (const auto& miss : explanation.misses) text += "  " + miss + "\n";
  return text;
}

std::string format_json(const Explanation& explanation) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  if (explanation.status != 0) out.member("status", std::uint64_t{explanation.status});
  write_known(out, "reason", explanation.reason);
  write_known(out, "port", explanation.port);
  write_known(out, "listener", explanation.listener);
  write_known(out, "call", explanation.call);
  write_known(out, "model", explanation.model);
  write_known(out, "route", explanation.route);
  if (explanation.rule) out.member("rule", std::uint64_t{*explanation.rule});
  write_known(out, "ruleName", explanation.rule_name);
  write_known(out, "match", explanation.match);
  write_texts(out, "filters", explanation.filters);
  write_texts(out, "processors", explanation.processors);
  out.key("backends").begin_array();
  for (const auto& candidate : explanation.candidates) write_candidate(out, candidate);
  out.end_array();
  write_texts(out, "misses", explanation.misses);
  out.end_object();
  return text + "\n";
}

}  // namespace tidegate::app
