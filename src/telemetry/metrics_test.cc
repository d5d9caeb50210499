#include "telemetry/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "telemetry/exposition.h"

namespace tidegate::telemetry {
namespace {

using Labels = std::vector<std::string_view>;

MetricSpec requests_spec() {
  return {.name = "requests_total", .help = "All of them.", .labels = {"route"}};
}

std::string text_of(const Registry& registry) { return render(registry, Exposition::kPrometheus); }

TEST(Registry, CountersOfAllShardsAreAdded) {
  Registry registry;
  SeriesLease lease(registry);
  const MetricId id = registry.add(requests_spec());
  const Counter counter = registry.counter(id, Labels{"a"}, lease);
  MetricShard& one = registry.make_shard();
  MetricShard& two = registry.make_shard();
  one.add(counter, 2);
  two.add(counter, 3);
  EXPECT_EQ(registry.read("requests_total", Labels{"a"}), 5U);
  EXPECT_EQ(text_of(registry),
            "# HELP requests_total All of them.\n# TYPE requests_total counter\n"
            "requests_total{route=\"a\"} 5\n");
}

TEST(Registry, GaugesMayGoDownOnAnotherShard) {
  Registry registry;
  SeriesLease lease(registry);
  const MetricId id = registry.add({.name = "open", .help = "h", .kind = MetricKind::kGauge});
  const Gauge gauge = registry.gauge(id, {}, lease);
  MetricShard& one = registry.make_shard();
  MetricShard& two = registry.make_shard();
  one.add(gauge, 2);
  two.add(gauge, -3);
  EXPECT_EQ(text_of(registry), "# HELP open h\n# TYPE open gauge\nopen -1\n");
  two.set(gauge, 5);
  EXPECT_EQ(text_of(registry), "# HELP open h\n# TYPE open gauge\nopen 7\n");
}

TEST(Registry, HistogramsAreCumulativeWithInfinitySumAndCount) {
  Registry registry;
  SeriesLease lease(registry);
  const MetricId id = registry.add({.name = "d_seconds",
                                    .help = "h",
                                    .kind = MetricKind::kHistogram,
                                    .unit = MetricUnit::kMicroseconds,
                                    .labels = {"route"},
                                    .bounds = {500, 1'000'000, 2'500'000}});
  const Histogram histogram = registry.histogram(id, Labels{"a"}, lease);
  MetricShard& shard = registry.make_shard();
  for (const std::uint64_t value : {500U, 501U, 1'000'000U, 9'000'000U})
    shard.observe(histogram, value);
  EXPECT_EQ(text_of(registry),
            "# HELP d_seconds h\n# TYPE d_seconds histogram\n"
            "d_seconds_bucket{route=\"a\",le=\"0.0005\"} 1\n"
            "d_seconds_bucket{route=\"a\",le=\"1\"} 3\n"
            "d_seconds_bucket{route=\"a\",le=\"2.5\"} 3\n"
            "d_seconds_bucket{route=\"a\",le=\"+Inf\"} 4\n"
            "d_seconds_sum{route=\"a\"} 10.001001\n"
            "d_seconds_count{route=\"a\"} 4\n");
}

TEST(Registry, VariantsShowOnlyWhatWasCounted) {
  Registry registry;
  SeriesLease lease(registry);
  MetricSpec spec = requests_spec();
  spec.variant_label = "code";
  spec.variants = {"200", "404", "other"};
  const Counter counter = registry.counter(registry.add(spec), Labels{"a"}, lease);
  MetricShard& shard = registry.make_shard();
  shard.add(counter.variant(1));
  EXPECT_EQ(text_of(registry),
            "# HELP requests_total All of them.\n# TYPE requests_total counter\n"
            "requests_total{route=\"a\",code=\"404\"} 1\n");
  EXPECT_EQ(registry.read("requests_total", Labels{"a"}, 1), 1U);
}

TEST(Registry, MetricsOfAGroupShareTheirLabelsAndNothingElse) {
  Registry registry;
  SeriesLease lease(registry);
  const MetricGroupId group = registry.add_group(
      {.labels = {"route"},
       .metrics = {{.name = "a_total", .help = "h", .variant_label = "v", .variants = {"x", "y"}},
                   {.name = "b", .help = "h", .kind = MetricKind::kHistogram, .bounds = {1, 2}},
                   {.name = "c", .help = "h", .kind = MetricKind::kGauge}}});
  const auto one = registry.resolve(group, Labels{"one"}, lease);
  const auto two = registry.resolve(group, Labels{"two"}, lease);
  MetricShard& shard = registry.make_shard();
  shard.add(one.counter(0).variant(1), 3);
  shard.observe(one.histogram(1), 9);
  shard.add(two.gauge(2), -4);
  EXPECT_EQ(
      text_of(registry),
      "# HELP a_total h\n# TYPE a_total counter\na_total{route=\"one\",v=\"y\"} 3\n"
      "# HELP b h\n# TYPE b histogram\n"
      "b_bucket{route=\"one\",le=\"1\"} 0\nb_bucket{route=\"one\",le=\"2\"} 0\n"
      "b_bucket{route=\"one\",le=\"+Inf\"} 1\nb_sum{route=\"one\"} 9\nb_count{route=\"one\"} 1\n"
      "# HELP c h\n# TYPE c gauge\nc{route=\"one\"} 0\nc{route=\"two\"} -4\n");
}

TEST(Registry, OpenMetricsNamesTheFamilyAndEnds) {
  Registry registry;
  SeriesLease lease(registry);
  registry.make_shard().add(registry.counter(registry.add(requests_spec()), Labels{"a"}, lease));
  EXPECT_EQ(render(registry, Exposition::kOpenMetrics),
            "# HELP requests All of them.\n# TYPE requests counter\n"
            "requests_total{route=\"a\"} 1\n# EOF\n");
}

TEST(Registry, LabelValuesAreEscapedRepairedAndCut) {
  Registry registry;
  SeriesLease lease(registry);
  const MetricId id = registry.add(requests_spec());
  const std::string longest(1000, 'x');
  registry.counter(id, Labels{"a\"b\\c\nd"}, lease);
  registry.counter(id, Labels{"bad\xff"}, lease);
  registry.counter(id, Labels{longest}, lease);
  const std::string text = text_of(registry);
  EXPECT_NE(text.find("{route=\"a\\\"b\\\\c\\nd\"} 0\n"), std::string::npos) << text;
  EXPECT_NE(text.find("{route=\"bad?\"} 0\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\"" + std::string(256, 'x') + "\""), std::string::npos) << text;
}

TEST(Registry, BeyondTheCapEverythingIsOther) {
  Registry registry;
  SeriesLease lease(registry);
  MetricSpec spec = requests_spec();
  spec.max_series = 2;
  const MetricId id = registry.add(spec);
  MetricShard& shard = registry.make_shard();
  for (const std::string_view route : {"a", "b", "c", "d", "a"}) {
    shard.add(registry.counter(id, Labels{route}, lease));
  }
  EXPECT_EQ(registry.read("requests_total", Labels{"a"}), 2U);
  EXPECT_EQ(registry.read("requests_total", Labels{"b"}), 1U);
  EXPECT_EQ(registry.read("requests_total", Labels{"other"}), 2U);
}

TEST(Registry, SeriesSurviveReloadsAndAreDroppedTenMinutesAfterTheLastLease) {
  Registry registry;
  const MetricId id = registry.add(requests_spec());
  MetricShard& shard = registry.make_shard();
  auto first = std::make_unique<SeriesLease>(registry);
  shard.add(registry.counter(id, Labels{"kept"}, *first));
  shard.add(registry.counter(id, Labels{"gone"}, *first), 7);
  SeriesLease second(registry);
  shard.add(registry.counter(id, Labels{"kept"}, second));
  first.reset();

  const SteadyTime start{};
  registry.sweep(start);
  registry.sweep(start + Registry::kKeepIdle - std::chrono::seconds(1));
  EXPECT_EQ(registry.read("requests_total", Labels{"gone"}), 7U);
  registry.sweep(start + Registry::kKeepIdle);
  EXPECT_EQ(text_of(registry).find("gone"), std::string::npos);
  EXPECT_EQ(registry.read("requests_total", Labels{"kept"}), 2U);

  // The cells are used again and begin at zero.
  const Counter again = registry.counter(id, Labels{"new"}, second);
  EXPECT_EQ(registry.read("requests_total", Labels{"new"}), 0U);
  shard.add(again);
  EXPECT_EQ(registry.read("requests_total", Labels{"new"}), 1U);
}

TEST(Registry, ALeaseTakenAgainInTimeKeepsTheSeries) {
  Registry registry;
  const MetricId id = registry.add(requests_spec());
  MetricShard& shard = registry.make_shard();
  {
    SeriesLease lease(registry);
    shard.add(registry.counter(id, Labels{"a"}, lease));
  }
  registry.sweep(SteadyTime{});
  SeriesLease lease(registry);
  registry.counter(id, Labels{"a"}, lease);
  registry.sweep(SteadyTime{} + 2 * Registry::kKeepIdle);
  EXPECT_EQ(registry.read("requests_total", Labels{"a"}), 1U);
}

TEST(MetricShard, HandlesThatWereNeverResolvedRecordNothing) {
  MetricShard shard;
  shard.add(Counter{});
  shard.add(Counter{}.variant(3));
  shard.add(Gauge{}, 1);
  shard.observe(Histogram{}, 1);
  EXPECT_EQ(shard.read(0), 0U);
}

TEST(Scrape, ManySeriesComeInSlicesAndEachOnce) {
  Registry registry;
  auto lease = std::make_unique<SeriesLease>(registry);
  const MetricId id = registry.add(requests_spec());
  for (int i = 0; i < 200; ++i) registry.counter(id, Labels{std::to_string(i)}, *lease);
  Scrape scrape(registry, Exposition::kPrometheus);
  std::string out;
  int slices = 1;
  while (scrape.next(out) == Scrape::Progress::kMore) ++slices;
  EXPECT_EQ(slices, 4);
  EXPECT_EQ(std::ranges::count(out, '\n'), 202);
}

TEST(Scrape, ASliceThatEndsWithAMetricRepeatsNoHeader) {
  Registry registry;
  SeriesLease lease(registry);
  const MetricId full = registry.add(requests_spec());
  for (int i = 0; i < 64; ++i) registry.counter(full, Labels{std::to_string(i)}, lease);
  registry.counter(registry.add({.name = "b_total", .help = "h"}), {}, lease);
  const std::string text = text_of(registry);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2 + 64 + 2 + 1);
}

TEST(Scrape, SeriesDroppedMeanwhileAreLeftOut) {
  Registry registry;
  auto lease = std::make_unique<SeriesLease>(registry);
  const MetricId id = registry.add(requests_spec());
  for (int i = 0; i < 100; ++i) registry.counter(id, Labels{std::to_string(i)}, *lease);
  Scrape scrape(registry, Exposition::kPrometheus);
  std::string out;
  EXPECT_EQ(scrape.next(out), Scrape::Progress::kMore);
  lease.reset();
  registry.sweep(SteadyTime{});
  registry.sweep(SteadyTime{} + Registry::kKeepIdle);
  EXPECT_EQ(scrape.next(out), Scrape::Progress::kDone);
  EXPECT_EQ(std::ranges::count(out, '\n'), 66);
}

TEST(Scrape, HistogramsWithoutObservationsAreLeftOut) {
  Registry registry;
  SeriesLease lease(registry);
  const MetricId id =
      registry.add({.name = "d", .help = "h", .kind = MetricKind::kHistogram, .bounds = {1}});
  registry.histogram(id, {}, lease);
  EXPECT_EQ(text_of(registry), "# HELP d h\n# TYPE d histogram\n");
}

TEST(Exposition, IsChosenByAccept) {
  EXPECT_EQ(choose_exposition("text/plain"), Exposition::kPrometheus);
  EXPECT_EQ(choose_exposition("*/*"), Exposition::kPrometheus);
  EXPECT_EQ(choose_exposition("application/openmetrics-text;version=1.0.0,text/plain;q=0.5"),
            Exposition::kOpenMetrics);
  EXPECT_TRUE(content_type(Exposition::kPrometheus).starts_with("text/plain; version=0.0.4"));
}

// Workers count while series come and go and scrapes read: nothing may be lost, nothing may race
// (TSAN).
TEST(Registry, CountsFromThreadsWhileItIsRenderedAndSwept) {
  constexpr int kThreads = 3;
  constexpr std::uint64_t kCounts = 20'000;
  Registry registry;
  const MetricId id = registry.add(requests_spec());
  SeriesLease lease(registry);
  std::atomic<int> running = kThreads;
  std::vector<std::thread> workers;
  for (int i = 0; i < kThreads; ++i) {
    workers.emplace_back([&] {
      MetricShard& shard = registry.make_shard();
      const Counter mine = registry.counter(id, Labels{"shared"}, lease);
      for (std::uint64_t n = 0; n < kCounts; ++n) shard.add(mine);
      --running;
    });
  }
  int round = 0;
  while (running.load() > 0) {
    SeriesLease passing(registry);
    const std::string name = "passing" + std::to_string(++round);
    registry.counter(id, Labels{name}, passing);
    EXPECT_FALSE(text_of(registry).empty());
    registry.sweep(SteadyTime{} + round * Registry::kKeepIdle);
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(registry.read("requests_total", Labels{"shared"}), kThreads * kCounts);
}

}  // namespace
}  // namespace tidegate::telemetry
