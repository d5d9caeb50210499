#include "proxy/price_book.h"

#include <gtest/gtest.h>

#include "proxy/series_cache.h"

namespace tidegate::proxy {
namespace {

constexpr std::string_view kFile =
    R"({"models":[{"providers":["OpenAI"],"model":"gpt-9","input":7},)"
    R"({"providers":["OpenAI"],"model":"gpt-9-mini","input":1}]})";

std::shared_ptr<config::Backend> backend_of(std::vector<config::Model> models) {
  auto made = std::make_shared<config::Backend>();
  made->id = "Backend/ns/a";
  made->ai.emplace().provider = "OpenAI";
  made->ai->models = std::move(models);
  return made;
}

std::shared_ptr<const llm::PriceTable> table_of(std::string_view file) {
  return std::make_shared<const llm::PriceTable>(*llm::PriceTable::parse(file));
}

// Dollars of a million tokens in; -1: not known.
double input_price(const PriceBook& book, const config::Backend& backend, std::string_view model) {
  const auto* const listed = find_listed(*backend.ai, model);
  const auto* const price = book.find(*backend.ai, listed, upstream_name(listed, model));
  return price == nullptr ? -1 : static_cast<double>(price->rates.input) / 1e6;
}

TEST(PriceBook, TheBackendsOwnPriceComesFirst) {
  Price own;
  own.rates.input = 2'000'000;
  const auto backend = backend_of(
      {{"mine", "gpt-9", {.price = own}}, {"fast", "gpt-9-mini"}, {"odd", "unheard-of"}});
  const PriceBook book({backend}, table_of(kFile), nullptr);
  EXPECT_EQ(input_price(book, *backend, "mine"), 2);
  EXPECT_EQ(input_price(book, *backend, "fast"), 1);
  EXPECT_EQ(input_price(book, *backend, "odd"), -1);
}

TEST(PriceBook, AModelThatNobodyListsIsPricedByItsName) {
  const auto backend = backend_of({});
  const PriceBook book({backend}, table_of(kFile), nullptr);
  EXPECT_EQ(input_price(book, *backend, "gpt-9-2026-01-01"), 7);
  EXPECT_EQ(input_price(book, *backend, "gpt-8"), -1);
}

TEST(PriceBook, KnowsTheBuiltInFileUnlessAnotherIsGiven) {
  const auto backend = backend_of({{"gpt-4o", ""}});
  const PriceBook builtin({backend}, nullptr, nullptr);
  EXPECT_EQ(input_price(builtin, *backend, "gpt-4o"), 2.5);
  const PriceBook next({backend}, nullptr, &builtin);
  EXPECT_EQ(input_price(next, *backend, "gpt-4o"), 2.5);
  const PriceBook replaced({backend}, table_of(kFile), &builtin);
  EXPECT_EQ(input_price(replaced, *backend, "gpt-4o"), -1);
  const PriceBook back({backend}, nullptr, &replaced);
  EXPECT_EQ(input_price(back, *backend, "gpt-4o"), 2.5);
}

TEST(PriceBook, TheLastPriceOfABackendIsThatOfTheBookAndTheModel) {
  const auto backend = backend_of({});
  const PriceBook first({backend}, table_of(kFile), nullptr);
  const PriceBook second({backend}, table_of(R"({"models":[]})"), nullptr);
  telemetry::Registry registry;
  const telemetry::ExchangeMetrics metrics(registry);
  SeriesCache cache(metrics);
  const auto* const large = cache.price(first, *backend, nullptr, "gpt-9");
  const auto* const small = cache.price(first, *backend, nullptr, "gpt-9-mini");
  ASSERT_NE(large, nullptr);
  ASSERT_NE(small, nullptr);
  EXPECT_NE(large, small);
  EXPECT_EQ(cache.price(first, *backend, nullptr, "gpt-9"), large);
  EXPECT_EQ(cache.price(second, *backend, nullptr, "gpt-9"), nullptr);
}

}  // namespace
}  // namespace tidegate::proxy
