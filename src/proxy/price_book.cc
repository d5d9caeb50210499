#include "proxy/price_book.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace tidegate::proxy {
namespace {

std::shared_ptr<const llm::PriceTable> parse_builtin_table() {
  auto table = llm::PriceTable::parse(llm::builtin_prices());
  TIDEGATE_CHECK(table.has_value());  // held by llm's tests
  return std::make_shared<const llm::PriceTable>(std::move(*table));
}

}  // namespace

const config::Model* find_listed(const config::Ai& ai, std::string_view model) {
  const auto found = std::ranges::find(ai.models, model, &config::Model::name);
  return found == ai.models.end() ? nullptr : &*found;
}

std::string_view upstream_name(const config::Model* listed, std::string_view model) {
  if (listed == nullptr || listed->upstream_name.empty()) return model;
  return listed->upstream_name;
}

PriceBook::PriceBook(const std::vector<std::shared_ptr<const config::Backend>>& backends,
                     std::shared_ptr<const llm::PriceTable> table, const PriceBook* previous)
    : table_(std::move(table)), given_(table_.get()) {
  // What is built in is parsed once, when a model provider is first configured.
  if (table_ == nullptr && previous != nullptr && previous->given_ == nullptr) {
    table_ = previous->table_;
  }
  for (const auto& backend : backends) {
    add(*backend);
    if (backend->group == nullptr) continue;
    for (const config::GroupMember& member : backend->group->members) add(*member.backend);
  }
}

void PriceBook::add(const config::Backend& backend) {
  if (!backend.ai) return;
  if (table_ == nullptr) table_ = parse_builtin_table();
  for (const config::Model& model : backend.ai->models) {
    const Price* price =
        model.card.price ? &*model.card.price
                         : table_->find(backend.ai->provider, upstream_name(&model, model.name));
    if (price != nullptr) listed_.emplace(&model, price);
  }
}

const Price* PriceBook::find(const config::Ai& ai, const config::Model* listed,
                             std::string_view model) const {
  if (listed == nullptr) return table_ == nullptr ? nullptr : table_->find(ai.provider, model);
  const auto found = listed_.find(listed);
  return found == listed_.end() ? nullptr : found->second;
}

}  // namespace tidegate::proxy
