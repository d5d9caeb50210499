#include "telemetry/exposition.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tidegate::telemetry {
namespace {

constexpr std::string_view kTotal = "_total";
constexpr std::uint64_t kMillion = 1'000'000;
constexpr std::size_t kSliceSeries = 64;

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

void append_millionths(std::string& out, std::uint64_t millionths) {
  const std::uint64_t whole = millionths / kMillion;
  const std::uint64_t rest = millionths % kMillion;
  fmt::format_to(std::back_inserter(out), "{}", whole);
  if (rest == 0) return;
  fmt::format_to(std::back_inserter(out), ".{:06}", rest);
  while (out.back() == '0') out.pop_back();
}

void append_number(std::string& out, const MetricSpec& spec, std::uint64_t value) {
  if (spec.unit != MetricUnit::kCount) {
    append_millionths(out, value);
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

Scrape::Scrape(const Registry& registry, Exposition exposition)
    : registry_(registry), exposition_(exposition) {
  const std::lock_guard lock(registry_.mutex_);
  series_.resize(registry_.groups_.size());
  for (std::uint32_t i = 0; i < registry_.series_.size(); ++i) {
    const Registry::Series& series = registry_.series_[i];
    if (series.used) series_[series.group].push_back(i);
  }
  metrics_ = registry_.metrics_.size();
}

Scrape::Progress Scrape::next(std::string& out) {
  const std::lock_guard lock(registry_.mutex_);
  for (std::size_t budget = kSliceSeries; metric_ < metrics_; ++metric_, position_ = 0) {
    const Registry::Metric& metric = *registry_.metrics_[metric_];
    if (budget == 0) return Progress::kMore;
    if (position_ == 0) begin_metric(out);
    const std::vector<std::uint32_t>& all = series_[metric.group];
    for (; position_ < all.size(); ++position_) {
      if (budget-- == 0) return Progress::kMore;
      const Registry::Series& series = registry_.series_[all[position_]];
      if (!series.used || series.group != metric.group) continue;  // dropped since the last slice
      if (metric.spec.kind == MetricKind::kHistogram) {
        append_histogram(metric, series, out);
      } else {
        append_simple(metric, series, out);
      }
    }
  }
  if (exposition_ == Exposition::kOpenMetrics) out += "# EOF\n";
  return Progress::kDone;
}

void Scrape::begin_metric(std::string& out) {
  const MetricSpec& spec = registry_.metrics_[metric_]->spec;
  const std::string_view family = family_name(spec, exposition_);
  const auto quotes = exposition_ == Exposition::kOpenMetrics ? Quotes::kEscape : Quotes::kKeep;
  out.append("# HELP ").append(family).append(" ");
  append_escaped(out, spec.help, quotes);
  out.append("\n# TYPE ").append(family).append(" ").append(kind_name(spec.kind)).append("\n");
}

void Scrape::append_simple(const Registry::Metric& metric, const Registry::Series& series,
                           std::string& out) const {
  const MetricSpec& spec = metric.spec;
  const std::uint32_t first = series.cell + metric.offset;
  for (std::uint32_t i = 0; i < metric.cells; ++i) {
    const std::uint64_t value = registry_.sum(first + i);
    if (!spec.variants.empty() && value == 0) continue;
    out += spec.name;
    open_labels(out, spec, series.labels);
    if (!spec.variants.empty()) append_label(out, spec.variant_label, spec.variants[i]);
    close_labels(out);
    append_number(out, spec, value);
    out += '\n';
  }
}

void Scrape::append_histogram(const Registry::Metric& metric, const Registry::Series& series,
                              std::string& out) const {
  const MetricSpec& spec = metric.spec;
  const auto buckets = static_cast<std::uint32_t>(spec.bounds.size());
  const std::uint32_t first = series.cell + metric.offset;
  const std::size_t start = out.size();
  std::uint64_t count = 0;
  for (std::uint32_t i = 0; i <= buckets; ++i) {
    count += registry_.sum(first + i);
    out.append(spec.name).append("_bucket");
    open_labels(out, spec, series.labels);
    out += out.back() == '{' ? "le=\"" : ",le=\"";
    if (i == buckets) {
      out += "+Inf";
    } else {
      append_number(out, spec, spec.bounds[i]);
    }
    fmt::format_to(std::back_inserter(out), "\"}} {}\n", count);
  }
  if (count == 0) {
    out.resize(start);
    return;
  }
  out.append(spec.name).append("_sum");
  open_labels(out, spec, series.labels);
  close_labels(out);
  append_number(out, spec, registry_.sum(first + buckets + 1));
  out.append("\n").append(spec.name).append("_count");
  open_labels(out, spec, series.labels);
  close_labels(out);
  fmt::format_to(std::back_inserter(out), "{}\n", count);
}

std::string render(const Registry& registry, Exposition exposition) {
  std::string out;
  Scrape scrape(registry, exposition);
  while (scrape.next(out) == Scrape::Progress::kMore) continue;
  return out;
}

}  // namespace tidegate::telemetry
