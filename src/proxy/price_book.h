// What the models of a snapshot's backends cost: their own prices first, then those of the price
// file, by the name that the provider knows the model by.
//
// Made with the snapshot, so that a model that its backend lists is priced without a look at its
// name.   Thread: immutable; free to share.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/backend.h"
#include "llm/price/price_table.h"

namespace tidegate::proxy {

// The entry of a model that the backend lists; null: it lists none of that name.
const config::Model* find_listed(const config::Ai& ai, std::string_view model);
// As the provider knows the model.
std::string_view upstream_name(const config::Model* listed, std::string_view model);

class PriceBook {
 public:
  // `table`: the price file; null: the one that is built in. `previous` may be null. The backends
  // must outlive this.
  PriceBook(const std::vector<std::shared_ptr<const config::Backend>>& backends,
            std::shared_ptr<const llm::PriceTable> table, const PriceBook* previous);

  // Null: nobody knows. `listed`: of find_listed(); `model`: as the provider knows it.
  const llm::Price* find(const config::Ai& ai, const config::Model* listed,
                         std::string_view model) const;
  // Whether it was made with that price file.
  bool is_of(const llm::PriceTable* table) const { return given_ == table; }

 private:
  void add(const config::Backend& backend);

  std::shared_ptr<const llm::PriceTable> table_;
  const llm::PriceTable* given_;
  std::unordered_map<const config::Model*, const Price*> listed_;
};

}  // namespace tidegate::proxy
