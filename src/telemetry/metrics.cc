#include "telemetry/metrics.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "json/text.h"

namespace tidegate::telemetry {
namespace {

constexpr char kLabelSeparator = '\xff';  // no UTF-8 text has it
constexpr std::string_view kOther = "other";
constexpr std::size_t kMaxLabelBytes = 256;

std::size_t cells_of(const MetricSpec& spec) {
  if (spec.kind == MetricKind::kHistogram) return spec.bounds.size() + 2;
  return std::max<std::size_t>(spec.variants.size(), 1);
}

// Values may come from clients: cut, and without bytes that would spoil the text format.
void append_label_value(std::string& out, std::string_view value) {
  value = value.substr(0, kMaxLabelBytes);
  const std::size_t valid = json::find_invalid_utf8(value);
  out += value.substr(0, valid);
  if (valid < value.size()) out += '?';
}

std::string join_labels(std::span<const std::string_view> labels) {
  std::string joined;
  for (const std::string_view label : labels) {
    append_label_value(joined, label);
    joined += kLabelSeparator;
  }
  return joined;
}

}  // namespace

SeriesLease::~SeriesLease() { registry_->release(series_); }

MetricId Registry::add(MetricSpec spec) {
  TIDEGATE_CHECK(std::ranges::is_sorted(spec.bounds));
  TIDEGATE_CHECK(cells_of(spec) <= MetricShard::kChunkCells);
  const std::lock_guard lock(mutex_);
  TIDEGATE_CHECK(std::ranges::none_of(
      metrics_, [&](const auto& metric) { return metric->spec.name == spec.name; }));
  auto metric = std::make_unique<Metric>();
  metric->cells = cells_of(spec);
  metric->spec = std::move(spec);
  metrics_.push_back(std::move(metric));
  return static_cast<MetricId>(metrics_.size() - 1);
}

MetricShard& Registry::make_shard() {
  const std::lock_guard lock(mutex_);
  return *shards_.emplace_back(std::make_unique<MetricShard>());
}

Counter Registry::counter(MetricId metric, std::span<const std::string_view> labels,
                          SeriesLease& lease) {
  return {.cell = resolve(metric, MetricKind::kCounter, labels, lease)};
}

Gauge Registry::gauge(MetricId metric, std::span<const std::string_view> labels,
                      SeriesLease& lease) {
  return {.cell = resolve(metric, MetricKind::kGauge, labels, lease)};
}

Histogram Registry::histogram(MetricId metric, std::span<const std::string_view> labels,
                              SeriesLease& lease) {
  const std::uint32_t cell = resolve(metric, MetricKind::kHistogram, labels, lease);
  const std::lock_guard lock(mutex_);
  return {.cell = cell, .bounds = metrics_[metric]->spec.bounds};
}

std::uint32_t Registry::resolve(MetricId id, MetricKind kind,
                                std::span<const std::string_view> labels, SeriesLease& lease) {
  const std::lock_guard lock(mutex_);
  TIDEGATE_CHECK(id < metrics_.size());
  TIDEGATE_CHECK(metrics_[id]->spec.kind == kind);
  TIDEGATE_CHECK(metrics_[id]->spec.labels.size() == labels.size());
  const std::uint32_t index = find_or_add(id, join_labels(labels));
  if (index == kNoCell) return kNoCell;
  Series& series = series_[index];
  ++series.leases;
  series.idle_since.reset();
  lease.series_.push_back(index);
  return series.cell;
}

std::uint32_t Registry::find_or_add(MetricId id, std::string labels) {
  Metric& metric = *metrics_[id];
  if (const auto found = metric.by_labels.find(labels); found != metric.by_labels.end()) {
    return found->second;
  }
  if (metric.series_count < metric.spec.max_series) {
    const std::uint32_t cell = take_cells(metric.cells);
    if (cell != kNoCell) return add_series(id, std::move(labels), cell);
  }
  if (metric.other == kNoCell) {
    const std::uint32_t cell = take_cells(metric.cells);
    if (cell == kNoCell) return kNoCell;
    const std::vector<std::string_view> others(metric.spec.labels.size(), kOther);
    metric.other = add_series(id, join_labels(others), cell);
    ++series_[metric.other].leases;  // kept for good
  }
  return metric.other;
}

std::uint32_t Registry::add_series(MetricId id, std::string labels, std::uint32_t cell) {
  if (free_series_.empty()) {
    free_series_.push_back(static_cast<std::uint32_t>(series_.size()));
    series_.emplace_back();
  }
  const std::uint32_t index = free_series_.back();
  free_series_.pop_back();
  Metric& metric = *metrics_[id];
  metric.by_labels.emplace(labels, index);
  ++metric.series_count;
  Series& series = series_[index];
  series = Series{};
  series.metric = id;
  series.cell = cell;
  series.labels = std::move(labels);
  series.used = true;
  return index;
}

// Cells of one series never cross a chunk.
std::uint32_t Registry::take_cells(std::size_t count) {
  auto& free = free_cells_[count];
  if (!free.empty()) {
    const std::uint32_t cell = free.back();
    free.pop_back();
    return cell;
  }
  const std::size_t left = MetricShard::kChunkCells - next_cell_ % MetricShard::kChunkCells;
  const std::size_t first = left < count ? next_cell_ + left : next_cell_;
  if (first + count > MetricShard::kChunkCells * MetricShard::kMaxChunks) return kNoCell;
  next_cell_ = static_cast<std::uint32_t>(first + count);
  return static_cast<std::uint32_t>(first);
}

void Registry::release(std::span<const std::uint32_t> series) {
  const std::lock_guard lock(mutex_);
  for (const std::uint32_t index : series) --series_[index].leases;
}

// No lease: no snapshot has a handle, so no worker writes these cells; what it wrote last happened
// before the lease was released.
void Registry::sweep(SteadyTime now) {
  const std::lock_guard lock(mutex_);
  for (std::uint32_t index = 0; index < series_.size(); ++index) {
    Series& series = series_[index];
    if (!series.used || series.leases > 0) continue;
    if (!series.idle_since) series.idle_since = now;
    if (now - *series.idle_since < kKeepIdle) continue;
    Metric& metric = *metrics_[series.metric];
    for (const auto& shard : shards_) shard->clear(series.cell, metric.cells);
    free_cells_[metric.cells].push_back(series.cell);
    metric.by_labels.erase(series.labels);
    --metric.series_count;
    series = Series{};
    free_series_.push_back(index);
  }
}

std::uint64_t Registry::sum(std::uint32_t cell) const {
  std::uint64_t total = 0;
  for (const auto& shard : shards_) total += shard->read(cell);
  return total;
}

std::uint64_t Registry::read(std::string_view name, std::span<const std::string_view> labels,
                             std::size_t variant) const {
  const std::lock_guard lock(mutex_);
  for (const auto& metric : metrics_) {
    if (metric->spec.name != name) continue;
    const auto found = metric->by_labels.find(join_labels(labels));
    if (found == metric->by_labels.end()) return 0;
    return sum(series_[found->second].cell + static_cast<std::uint32_t>(variant));
  }
  return 0;
}

}  // namespace tidegate::telemetry
