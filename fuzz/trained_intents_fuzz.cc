// Any bytes as a file of trained intents, with any hash: refused, or read as what is written again.
// Any lines as labeled texts: refused, or within their bounds.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "intent/labeled_texts.h"
#include "intent/weights_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate::intent;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto texts = parse_labeled_texts(text)) {
    for (const Labeled& one : *texts) {
      if (one.text.size() > kMaxLabeledBytes) std::abort();
      if (!one.intent.empty() && !is_intent_name(one.intent)) std::abort();
    }
  }
  const auto weights = read_weights(std::as_bytes(std::span(data, size)), Verify::kShape);
  if (!weights) return 0;
  const auto written = write_weights(*weights);
  const auto again = read_weights(std::as_bytes(std::span(written)));
  if (!again || *again != *weights) std::abort();
  return 0;
}
