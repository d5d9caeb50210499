// Accept values of scrapers, and texts that become metric labels: the page stays one that a
// line-based reader can take apart.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "telemetry/exposition.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto exposition = telemetry::choose_exposition(text);

  telemetry::Registry registry;
  telemetry::MetricSpec spec;
  spec.name = "tidegate_test_total";
  spec.help = "Help.";
  spec.labels = {"label"};
  const auto id = registry.add(spec);
  {
    telemetry::SeriesLease lease(registry);
    const std::string_view labels[] = {text};
    registry.make_shard().add(registry.counter(id, labels, lease));
    const std::string page = telemetry::render(registry, exposition);
    std::size_t samples = 0;
    for (std::size_t at = 0; at < page.size();) {
      const std::size_t end = page.find('\n', at);
      TIDEGATE_CHECK(end != std::string::npos);
      const std::string_view line = std::string_view(page).substr(at, end - at);
      if (!line.starts_with('#')) {
        TIDEGATE_CHECK(line.starts_with("tidegate_test_total{label=\"") && line.ends_with("\"} 1"));
        ++samples;
      }
      at = end + 1;
    }
    TIDEGATE_CHECK(samples == 1);
  }
  return 0;
}
