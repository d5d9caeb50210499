// Any text says the same as itself, and never less than what is found under its key.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "cache/directives.h"
#include "cache/wording.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  cache::Directives directives;
  cache::read_cache_control(text, directives);
  TIDEGATE_CHECK(!directives.max_age || directives.max_age->count() >= 0);
  static const cache::Synonyms kSynonyms;
  const auto half = size / 2;
  const auto one = cache::Wording::read(text.substr(0, half), kSynonyms);
  const auto other = cache::Wording::read(text.substr(half), kSynonyms);
  if (one) TIDEGATE_CHECK(one->says_the_same_as(*one));
  if (!one || !other) return 0;
  const bool same = one->says_the_same_as(*other);
  TIDEGATE_CHECK(same == other->says_the_same_as(*one));
  if (same) TIDEGATE_CHECK(one->to_key() == other->to_key());
  TIDEGATE_CHECK(same == (one->to_exact_key() == other->to_exact_key()));
  return 0;
}
