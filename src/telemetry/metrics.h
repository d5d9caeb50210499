// Counters, gauges and histograms by name and labels.
//
// Use: add the metrics at start; resolve handles whenever a snapshot is built (per route, backend,
// listener); record through a MetricShard per worker; render at a scrape. A series is the same as
// long as its labels are, so numbers survive reloads. A SeriesLease keeps series resolved; when the
// last lease of a series is gone (its route was deleted), it is still shown for ten minutes, then
// dropped and its cells are used again. Each metric has a cap of series; beyond it everything is
// counted in one series whose labels are "other". Thread: any; one mutex, never taken while
// recording. Source: Prometheus text format 0.0.4; OpenMetrics 1.0.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "telemetry/metric_shard.h"

namespace tidegate::telemetry {

enum class MetricKind : std::uint8_t { kCounter, kGauge, kHistogram };
// What the recorded integers are, and so how they are shown.
enum class MetricUnit : std::uint8_t {
  kCount,         // as they are
  kMicroseconds,  // shown as seconds
  kMicroUsd,      // shown as dollars
};

struct MetricSpec {
  std::string name;  // full name: counters end in _total, durations in _seconds, money in _usd
  std::string help;
  MetricKind kind = MetricKind::kCounter;
  MetricUnit unit = MetricUnit::kCount;
  std::vector<std::string> labels;  // in a group: left empty, the group's count
  // Counters only: one more label whose few values are known beforehand; a handle covers them all
  // (Counter::variant). Values that were never counted are not shown.
  std::string variant_label;
  std::vector<std::string> variants;
  std::vector<std::uint64_t> bounds;  // histograms only: upper bounds, ascending, in the unit
  std::size_t max_series = 10'000;    // beyond: "other"; in a group: the group's counts
};

// Metrics with the same labels, resolved together: one series of a group has the numbers of all of
// them. A route with five metrics so costs one name and one lookup.
struct MetricGroupSpec {
  std::vector<std::string> labels;
  std::vector<MetricSpec> metrics;
  std::size_t max_series = 10'000;
};

using MetricId = std::uint32_t;
using MetricGroupId = std::uint32_t;
class Registry;

// Keeps the series that were resolved with it. Give it to whatever holds the handles.
class SeriesLease {
 public:
  explicit SeriesLease(Registry& registry) : registry_(&registry) {}
  ~SeriesLease();
  SeriesLease(const SeriesLease&) = delete;
  SeriesLease& operator=(const SeriesLease&) = delete;

 private:
  friend class Registry;
  Registry* registry_;  // outlives every lease
  std::vector<std::uint32_t> series_;
};

class Registry {
 public:
  // How long a series is shown after its last lease went.
  static constexpr std::chrono::minutes kKeepIdle{10};

  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // Adds a metric; names must be unique, bounds ascending, variants few enough for one chunk
  // (checked).
  MetricId add(MetricSpec spec);
  // Adds metrics that share their labels.
  MetricGroupId add_group(MetricGroupSpec spec);
  // Numbers of one recording thread; lives as long as the registry, also after the thread.
  MetricShard& make_shard();

  // Handles of one series of a group, by position in MetricGroupSpec::metrics. Kinds must fit
  // (checked).
  class Resolved {
   public:
    Counter counter(std::size_t position) const;
    Gauge gauge(std::size_t position) const;
    Histogram histogram(std::size_t position) const;

   private:
    friend class Registry;
    struct Part {
      const MetricSpec* spec;  // owned by the registry
      std::uint32_t cell;
    };
    std::uint32_t cell_of(std::size_t position, MetricKind kind) const;
    std::vector<Part> parts_;
  };

  // The series with these label values (as many as labels). Never fails: beyond the cap, or when
  // memory for cells is used up, it is the "other" series. Values are cut at 256 bytes and at bytes
  // that are not UTF-8.
  Resolved resolve(MetricGroupId group, std::span<const std::string_view> labels,
                   SeriesLease& lease);
  // The same for a metric that was added alone.
  Counter counter(MetricId metric, std::span<const std::string_view> labels, SeriesLease& lease);
  Gauge gauge(MetricId metric, std::span<const std::string_view> labels, SeriesLease& lease);
  Histogram histogram(MetricId metric, std::span<const std::string_view> labels,
                      SeriesLease& lease);

  // Drops series that have been without a lease for kKeepIdle. Call now and then (say, at each
  // scrape).
  void sweep(SteadyTime now);

  // Sum over all shards, for tests and for decisions; 0 when there is no such series.
  std::uint64_t read(std::string_view metric, std::span<const std::string_view> labels,
                     std::size_t variant = 0) const;

 private:
  friend class SeriesLease;
  friend class Scrape;
  struct Series {
    std::uint32_t group = 0;
    std::uint32_t cell = kNoCell;
    std::uint32_t leases = 0;
    std::string labels;                    // joined by '\xff', as the index has them
    std::optional<SteadyTime> idle_since;  // set by the first sweep that finds no lease
    bool used = false;                     // false: free slot
  };
  struct Metric {
    MetricSpec spec;
    std::uint32_t group = 0;
    std::uint32_t offset = 0;  // of its cells within those of a series
    std::size_t cells = 1;
  };
  struct Group {
    std::size_t label_count = 0;
    std::size_t max_series = 0;
    std::size_t cells = 0;  // of one series
    std::vector<MetricId> metrics;
    std::size_t series_count = 0;
    std::uint32_t other = kNoCell;  // series for what is beyond the cap
    std::unordered_map<std::string_view, std::uint32_t> by_labels;  // views Series::labels
  };

  // REQUIRES: mutex_ is held.
  void add_metric(MetricSpec spec, std::uint32_t group);
  std::uint32_t find_or_add(std::uint32_t group, std::string labels);
  std::uint32_t add_series(std::uint32_t group, std::string labels, std::uint32_t cell);
  std::uint32_t take_cells(std::size_t count);
  std::uint64_t sum(std::uint32_t cell) const;

  void release(std::span<const std::uint32_t> series);
  MetricGroupId group_of(MetricId metric) const;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<std::unique_ptr<Metric>>
      metrics_;  // handles point to the bounds inside; never removed
  std::vector<std::unique_ptr<Group>> groups_;
  std::deque<Series> series_;  // elements never move
  std::vector<std::uint32_t> free_series_;
  std::unordered_map<std::size_t, std::vector<std::uint32_t>> free_cells_;  // by count
  std::uint32_t next_cell_ = 0;
  std::vector<std::unique_ptr<MetricShard>> shards_;
};

}  // namespace tidegate::telemetry
