// The text that a scrape gets.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "telemetry/metrics.h"

namespace tidegate::telemetry {
namespace {

constexpr std::string_view kTotal = "_total";
constexpr std::uint64_t kMicrosecondsPerSecond = 1'000'000;

std::string_view kind_name(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter:
      return "counter";
    case MetricKind::kGauge:
      return "gauge";
    case MetricKind::kHistogram:
      return "histogram";
  }
  return "untyped";
}

// OpenMetrics names a counter's family without its suffix.
std::string_view family_name(const MetricSpec& spec, Exposition exposition) {
  std::string_view name = spec.name;
  if (exposition == Exposition::kOpenMetrics && spec.kind == MetricKind::kCounter &&
      name.ends_with(kTotal)) {
    name.remove_suffix(kTotal.size());
  }
  return name;
}

enum class Quotes : std::uint8_t { kEscape, kKeep };

void append_escaped(std::string& out, std::string_view text, Quotes quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes == Quotes::kEscape) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
  out += out.back() == '{' ? "" : ",";
  out += name;
  out += "=\"";
  append_escaped(out, value, Quotes::kEscape);
  out += '"';
}

// `{a="1",b="2"` without the closing brace, so that one more label can follow.
void open_labels(std::string& out, const MetricSpec& spec, std::string_view joined) {
  out += '{';
  for (const std::string& label : spec.labels) {
    const std::size_t end = joined.find('\xff');
    append_label(out, label, joined.substr(0, end));
    joined.remove_prefix(end + 1);
  }
}

void close_labels(std::string& out) {
  if (out.back() == '{') {
    out.pop_back();
  } else {
    out += '}';
  }
  out += ' ';
}

void append_seconds(std::string& out, std::uint64_t microseconds) {
  const std::uint64_t whole = microseconds / kMicrosecondsPerSecond;
  const std::uint64_t rest = microseconds % kMicrosecondsPerSecond;
  fmt::format_to(std::back_inserter(out), "{}", whole);
  if (rest == 0) return;
  fmt::format_to(std::back_inserter(out), ".{:06}", rest);
  while (out.back() == '0') out.pop_back();
}

void append_number(std::string& out, const MetricSpec& spec, std::uint64_t value) {
  if (spec.unit == MetricUnit::kMicroseconds) {
    append_seconds(out, value);
  } else if (spec.kind == MetricKind::kGauge) {
    fmt::format_to(std::back_inserter(out), "{}", static_cast<std::int64_t>(value));
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

}  // namespace

Exposition choose_exposition(std::string_view accept) {
  return accept.find("application/openmetrics-text") == std::string_view::npos
             ? Exposition::kPrometheus
             : Exposition::kOpenMetrics;
}

std::string_view content_type(Exposition exposition) {
  return exposition == Exposition::kPrometheus
             ? "text/plain; version=0.0.4; charset=utf-8"
             : "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

void Registry::render(Exposition exposition, std::string& out) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::vector<std::uint32_t>> by_metric(metrics_.size());
  for (std::uint32_t i = 0; i < series_.size(); ++i) {
    if (series_[i].used) by_metric[series_[i].metric].push_back(i);
  }
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    render_metric(*metrics_[i], by_metric[i], exposition, out);
  }
  if (exposition == Exposition::kOpenMetrics) out += "# EOF\n";
}

void Registry::render_metric(const Metric& metric, std::span<const std::uint32_t> series,
                             Exposition exposition, std::string& out) const {
  const std::string_view family = family_name(metric.spec, exposition);
  const auto quotes = exposition == Exposition::kOpenMetrics ? Quotes::kEscape : Quotes::kKeep;
  out.append("# HELP ").append(family).append(" ");
  append_escaped(out, metric.spec.help, quotes);
  out.append("\n# TYPE ")
      .append(family)
      .append(" ")
      .append(kind_name(metric.spec.kind))
      .append("\n");
  for (const std::uint32_t index : series) {
    if (metric.spec.kind == MetricKind::kHistogram) {
      render_histogram(metric, series_[index], out);
    } else {
      render_series(metric, series_[index], out);
    }
  }
}

void Registry::render_series(const Metric& metric, const Series& series, std::string& out) const {
  const MetricSpec& spec = metric.spec;
  for (std::uint32_t i = 0; i < metric.cells; ++i) {
    const std::uint64_t value = sum(series.cell + i);
    if (!spec.variants.empty() && value == 0) continue;
    out += spec.name;
    open_labels(out, spec, series.labels);
    if (!spec.variants.empty()) append_label(out, spec.variant_label, spec.variants[i]);
    close_labels(out);
    append_number(out, spec, value);
    out += '\n';
  }
}

void Registry::render_histogram(const Metric& metric, const Series& series,
                                std::string& out) const {
  const MetricSpec& spec = metric.spec;
  const auto buckets = static_cast<std::uint32_t>(spec.bounds.size());
  std::uint64_t count = 0;
  for (std::uint32_t i = 0; i <= buckets; ++i) {
    count += sum(series.cell + i);
    out.append(spec.name).append("_bucket");
    open_labels(out, spec, series.labels);
    out += out.back() == '{' ? "le=\"" : ",le=\"";
    if (i == buckets) {
      out += "+Inf";
    } else {
      append_number(out, spec, spec.bounds[i]);
    }
    out += "\"} ";
    fmt::format_to(std::back_inserter(out), "{}\n", count);
  }
  out.append(spec.name).append("_sum");
  open_labels(out, spec, series.labels);
  close_labels(out);
  append_number(out, spec, sum(series.cell + buckets + 1));
  out.append("\n").append(spec.name).append("_count");
  open_labels(out, spec, series.labels);
  close_labels(out);
  fmt::format_to(std::back_inserter(out), "{}\n", count);
}

}  // namespace tidegate::telemetry
