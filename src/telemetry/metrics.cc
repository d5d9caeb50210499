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
  MetricGroupSpec group;
  group.labels = std::move(spec.labels);
  group.max_series = spec.max_series;
  group.metrics.push_back(std::move(spec));
  const MetricGroupId id = add_group(std::move(group));
  const std::lock_guard lock(mutex_);
  return groups_[id]->metrics.front();
}

MetricGroupId Registry::add_group(MetricGroupSpec spec) {
  const std::lock_guard lock(mutex_);
  const auto id = static_cast<MetricGroupId>(groups_.size());
  Group& group = *groups_.emplace_back(std::make_unique<Group>());
  group.label_count = spec.labels.size();
  group.max_series = spec.max_series;
  for (MetricSpec& metric : spec.metrics) {
    metric.labels = spec.labels;
    add_metric(std::move(metric), id);
  }
  TIDEGATE_CHECK(group.cells <= MetricShard::kChunkCells);
  return id;
}

void Registry::add_metric(MetricSpec spec, std::uint32_t group) {
  TIDEGATE_CHECK(std::ranges::is_sorted(spec.bounds));
  TIDEGATE_CHECK(std::ranges::none_of(
      metrics_, [&](const auto& metric) { return metric->spec.name == spec.name; }));
  auto metric = std::make_unique<Metric>();
  metric->group = group;
  metric->offset = static_cast<std::uint32_t>(groups_[group]->cells);
  metric->cells = cells_of(spec);
  metric->spec = std::move(spec);
  groups_[group]->cells += metric->cells;
  groups_[group]->metrics.push_back(static_cast<MetricId>(metrics_.size()));
  metrics_.push_back(std::move(metric));
}

MetricShard& Registry::make_shard() {
  const std::lock_guard lock(mutex_);
  return *shards_.emplace_back(std::make_unique<MetricShard>());
}

std::uint32_t Registry::Resolved::cell_of(std::size_t position, MetricKind kind) const {
  TIDEGATE_CHECK(position < parts_.size());
  TIDEGATE_CHECK(parts_[position].spec->kind == kind);
  return parts_[position].cell;
}

Counter Registry::Resolved::counter(std::size_t position) const {
  return {.cell = cell_of(position, MetricKind::kCounter)};
}

Gauge Registry::Resolved::gauge(std::size_t position) const {
  return {.cell = cell_of(position, MetricKind::kGauge)};
}

Histogram Registry::Resolved::histogram(std::size_t position) const {
  return {.cell = cell_of(position, MetricKind::kHistogram),
          .bounds = parts_[position].spec->bounds};
}

Registry::Resolved Registry::resolve(MetricGroupId id, std::span<const std::string_view> labels,
                                     SeriesLease& lease) {
  Resolved resolved;
  const std::lock_guard lock(mutex_);
  TIDEGATE_CHECK(id < groups_.size());
  const Group& group = *groups_[id];
  TIDEGATE_CHECK(group.label_count == labels.size());
  const std::uint32_t index = find_or_add(id, join_labels(labels));
  const std::uint32_t first = index == kNoCell ? kNoCell : series_[index].cell;
  for (const MetricId metric : group.metrics) {
    const std::uint32_t cell = first == kNoCell ? kNoCell : first + metrics_[metric]->offset;
    resolved.parts_.push_back({.spec = &metrics_[metric]->spec, .cell = cell});
  }
  if (index == kNoCell) return resolved;
  ++series_[index].leases;
  series_[index].idle_since.reset();
  lease.series_.push_back(index);
  return resolved;
}

Counter Registry::counter(MetricId metric, std::span<const std::string_view> labels,
                          SeriesLease& lease) {
  return resolve(group_of(metric), labels, lease).counter(0);
}

Gauge Registry::gauge(MetricId metric, std::span<const std::string_view> labels,
                      SeriesLease& lease) {
  return resolve(group_of(metric), labels, lease).gauge(0);
}

Histogram Registry::histogram(MetricId metric, std::span<const std::string_view> labels,
                              SeriesLease& lease) {
  return resolve(group_of(metric), labels, lease).histogram(0);
}

MetricGroupId Registry::group_of(MetricId metric) const {
  const std::lock_guard lock(mutex_);
  TIDEGATE_CHECK(metric < metrics_.size());
  TIDEGATE_CHECK(groups_[metrics_[metric]->group]->metrics.size() == 1);
  return metrics_[metric]->group;
}

std::uint32_t Registry::find_or_add(std::uint32_t id, std::string labels) {
  Group& group = *groups_[id];
  if (const auto found = group.by_labels.find(labels); found != group.by_labels.end()) {
    return found->second;
  }
  if (group.series_count < group.max_series) {
    const std::uint32_t cell = take_cells(group.cells);
    if (cell != kNoCell) return add_series(id, std::move(labels), cell);
  }
  if (group.other == kNoCell) {
    const std::uint32_t cell = take_cells(group.cells);
    if (cell == kNoCell) return kNoCell;
    const std::vector<std::string_view> others(group.label_count, kOther);
    group.other = add_series(id, join_labels(others), cell);
    ++series_[group.other].leases;  // kept for good
  }
  return group.other;
}

std::uint32_t Registry::add_series(std::uint32_t id, std::string labels, std::uint32_t cell) {
  if (free_series_.empty()) {
    free_series_.push_back(static_cast<std::uint32_t>(series_.size()));
    series_.emplace_back();
  }
  const std::uint32_t index = free_series_.back();
  free_series_.pop_back();
  Series& series = series_[index];
  series.group = id;
  series.cell = cell;
  series.labels = std::move(labels);
  series.used = true;
  groups_[id]->by_labels.emplace(series.labels, index);
  ++groups_[id]->series_count;
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
    Group& group = *groups_[series.group];
    for (const auto& shard : shards_) shard->clear(series.cell, group.cells);
    free_cells_[group.cells].push_back(series.cell);
    group.by_labels.erase(series.labels);
    --group.series_count;
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
    const Group& group = *groups_[metric->group];
    const std::string joined = join_labels(labels);
    const auto found = group.by_labels.find(joined);
    if (found == group.by_labels.end()) return 0;
    return sum(series_[found->second].cell + metric->offset + static_cast<std::uint32_t>(variant));
  }
  return 0;
}

}  // namespace tidegate::telemetry
