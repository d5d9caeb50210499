#include "json/long_string_index.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace tidegate::json {
namespace {

using Outcome = LongStringIndex::Outcome;

// What simdjson finds; empty: it refuses the text.
std::vector<std::uint32_t> index_by_simdjson(const std::string& text) {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> indexer;
  const auto made = simdjson::get_active_implementation()->create_dom_parser_implementation(
      text.size() + 64, 1, indexer);
  EXPECT_EQ(made, simdjson::SUCCESS);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  if (indexer->stage1(bytes, text.size(), simdjson::stage1_mode::regular) != simdjson::SUCCESS) {
    return {};
  }
  const auto* first = indexer->structural_indexes.get();
  return {first, first + indexer->n_structural_indexes};
}

std::vector<std::uint32_t> index_here(const std::string& text) {
  LongStringIndex index;
  const Outcome outcome = index.build(text);
  EXPECT_NE(outcome, Outcome::kDense);
  if (outcome != Outcome::kIndexed) return {};
  EXPECT_EQ(index.first_backslash(), std::min(text.find('\\'), text.size()));
  return {index.positions().begin(), index.positions().end()};
}

TEST(LongStringIndex, FindsTheEndOfAStringOfAnyLengthAtAnyPlace) {
  for (std::size_t before = 0; before < 70; ++before) {
    for (std::size_t length = 0; length < 200; ++length) {
      const std::string text =
          std::string(before, ' ') + "{\"a\":\"" + std::string(length, 'x') + "\"}";
      ASSERT_EQ(index_here(text), index_by_simdjson(text)) << before << " " << length;
    }
  }
}

TEST(LongStringIndex, SeesEveryByteOfALongString) {
  const std::string good = "{\"a\":\"" + std::string(300, 'x') + "\"}";
  for (const std::string_view odd :
       {"\n", "\\\"", "\\\\", "\\\n", "\"", "\xff", "\xc3\xa4", "\x7f"}) {
    for (std::size_t at = 6; at <= 306; ++at) {
      std::string text = good;
      text.insert(at, odd);
      ASSERT_EQ(index_here(text), index_by_simdjson(text)) << odd << " at " << at;
    }
  }
}

TEST(LongStringIndex, AgreesWithSimdjsonOnTextsOfRandomPieces) {
  const std::array<std::string, 24> pieces = {"{",       "}",    "[",    "]",        ":",
                                              ",",       " ",    "\n",   "\"",       "\\",
                                              "\\\"",    "\\\\", "true", "-1.5",     "\"name\"",
                                              "\"\\n\"", "\x01", "\xc3", "\xc3\xa4", "\xe2\x82\xac",
                                              "x",       "\t",   "\"\"", "\"long"};
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const unsigned count = 1 + random() % 40;
    for (unsigned i = 0; i < count; ++i) {
      text += pieces[random() % pieces.size()];
      if (random() % 8 == 0) text.append(random() % 150, 'y');
    }
    ASSERT_EQ(index_here(text), index_by_simdjson(text)) << text;
  }
}

TEST(LongStringIndex, LeavesDenseDocumentsToSimdjson) {
  std::string text = "[";
  while (text.size() < LongStringIndex::kMinBytes) text += "1,";
  text += "1]";
  EXPECT_EQ(LongStringIndex().build(text), Outcome::kDense);
}

}  // namespace
}  // namespace tidegate::json
