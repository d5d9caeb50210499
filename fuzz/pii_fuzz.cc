// Any text: findings lie within it, in order, and pass their check; what is put in their place and
// restored is the text again, however it is cut.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "pii/detector.h"
#include "pii/placeholder.h"
#include "pii/replace.h"
#include "pii/restore.h"

namespace {

using namespace tidegate;
using namespace tidegate::pii;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto detector = Detector::make({});
  static const Secret key("key");
  require(detector.has_value());
  if (size < 1) return 0;
  const std::size_t step = data[0] % 31 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);

  std::vector<Finding> findings;
  if (!detector->find(text, findings)) return 0;
  Placeholders placeholders(key);
  placeholders.take_notice(text);
  std::string replaced;
  std::string first_spelled;
  std::size_t at = 0;
  for (const auto& one : findings) {
    require(one.begin >= at && one.begin < one.end && one.end <= text.size());
    const auto value = one.of(text);
    require(mask(value).size() <= value.size());
    const auto placeholder = placeholders.replace(*one.rule, value);
    replaced += text.substr(at, one.begin - at);
    replaced += placeholder;
    first_spelled += text.substr(at, one.begin - at);
    first_spelled += placeholders.values().find(placeholder)->second;
    at = one.end;
  }
  replaced += text.substr(at);
  first_spelled += text.substr(at);

  const Restorer restorer(placeholders);
  Restorer::State state;
  std::string restored;
  for (std::size_t from = 0; from < replaced.size(); from += step) {
    restorer.feed(state, std::string_view(replaced).substr(from, step), Restorer::In::kText,
                  restored);
  }
  restorer.finish(state, restored);
  require(restored == first_spelled);
  restorer.restore(replaced, Restorer::In::kJson);
  return 0;
}
