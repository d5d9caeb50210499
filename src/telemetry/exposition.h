// The metrics as text for a scrape, slice by slice.
//
// With thousands of routes the whole is megabytes, so it is made in slices of some 64 series: a
// worker stays responsive between them, the registry is locked for one slice only, and the text
// need not be held whole. Histograms that never observed anything are left out. Thread: one owner;
// the registry may be used by others meanwhile. Source: Prometheus text format 0.0.4;
// OpenMetrics 1.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/metrics.h"

namespace tidegate::telemetry {

enum class Exposition : std::uint8_t { kPrometheus, kOpenMetrics };
// What a scraper with this Accept value wants, and the Content-Type to answer with.
Exposition choose_exposition(std::string_view accept);
std::string_view content_type(Exposition exposition);

class Scrape {
 public:
  // `registry` must outlive the scrape. Series added later may or may not be in it.
  Scrape(const Registry& registry, Exposition exposition);

  enum class Progress : std::uint8_t { kMore, kDone };
  // Appends the next slice.
  Progress next(std::string& out);

 private:
  void begin_metric(std::string& out);
  void append_simple(const Registry::Metric& metric, const Registry::Series& series,
                     std::string& out) const;
  void append_histogram(const Registry::Metric& metric, const Registry::Series& series,
                        std::string& out) const;

  const Registry& registry_;
  const Exposition exposition_;
  std::vector<std::vector<std::uint32_t>> series_;  // by group
  std::size_t metrics_ = 0;
  std::size_t metric_ = 0;
  std::size_t position_ = 0;  // next series of metric_
};

// All slices at once.
std::string render(const Registry& registry, Exposition exposition);

}  // namespace tidegate::telemetry
