#include "llm/price/price_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"

namespace tidegate::llm {
namespace {

constexpr std::array<std::pair<std::string_view, std::optional<std::uint64_t> StatedRates::*>, 8>
    kRates = {{
        {"input", &StatedRates::input},
        {"cache_read", &StatedRates::cache_read},
        {"cache_write_5m", &StatedRates::cache_write_5m},
        {"cache_write_1h", &StatedRates::cache_write_1h},
        {"output", &StatedRates::output},
        {"reasoning", &StatedRates::reasoning},
        {"audio_input", &StatedRates::audio_input},
        {"audio_output", &StatedRates::audio_output},
    }};

std::unexpected<Error> refuse(std::string detail) {
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal, std::move(detail));
}

// Whether what follows an entry's name in a model's name is the same model still.
bool is_suffix(std::string_view rest) {
  if (rest.empty()) return true;
  if (std::string_view("-:@/").find(rest.front()) == std::string_view::npos) return false;
  rest.remove_prefix(1);
  const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  return digits == 0 || digits > 2;
}

// The model's own name: without the paths and regions that only say where it runs.
std::string_view own_name(std::string_view model) {
  constexpr std::string_view kModels = "models/";
  if (const auto at = model.rfind(kModels); at != model.npos) {
    model.remove_prefix(at + kModels.size());
  }
  for (const std::string_view region :
       {"us-gov.", "global.", "apac.", "us.", "eu.", "jp.", "au."}) {
    if (model.starts_with(region)) return model.substr(region.size());
  }
  return model;
}

}  // namespace

class PriceTableReader {
 public:
  Result<PriceTable> read(std::string_view text) {
    const auto range = json::validate(text, Origin::kInternal);
    if (!range) return refuse(range.error().detail);
    const auto models = json::find_member(range->of(text), "models");
    if (!models || !json::is_array(*models)) return refuse("models must be an array");
    json::ArrayCursor cursor(*models);
    for (std::size_t i = 0; const auto entry = cursor.next(); ++i) {
      TIDEGATE_TRY_VOID(read_entry(*entry, fmt::format("models[{}]", i)));
    }
    return std::move(table_);
  }

 private:
  Result<void> read_entry(std::string_view entry, const std::string& path) {
    if (!json::is_object(entry)) return refuse(path + " must be an object");
    const auto model = json::unquote(json::find_member(entry, "model").value_or(""));
    if (model.empty()) return refuse(path + ".model is missing or no string");
    Price price;
    TIDEGATE_TRY_VOID(read_rates(entry, path, price.rates));
    TIDEGATE_TRY_VOID(read_rest(entry, path, price));
    json::ArrayCursor providers(json::find_member(entry, "providers").value_or(""));
    bool any = false;
    while (const auto provider = providers.next()) {
      any = true;
      auto& models = table_.providers_[std::string(json::unquote(*provider))];
      if (!models.try_emplace(std::string(model), price).second) {
        return refuse(fmt::format("{}.model: \"{}\" stands twice", path, model));
      }
      ++table_.entries_;
    }
    if (!any) return refuse(path + ".providers must name at least one");
    return {};
  }

  // Names that are not known are refused: a misspelt rate must not cost nothing.
  static Result<void> read_rest(std::string_view entry, const std::string& path, Price& price) {
    json::ObjectCursor cursor(entry);
    while (const auto item = cursor.next()) {
      const auto& [name, value] = *item;
      if (name == "tiers") {
        TIDEGATE_TRY_VOID(read_tiers(value, path + ".tiers", price));
      } else if (name == "batch") {
        const auto factor = parse_permille(value);
        if (!factor) {
          return refuse(path + ".batch must be a factor from 0 to 1, exact to a thousandth");
        }
        price.batch_permille = *factor;
      } else if (name == "copy") {
        if (value != "true") return refuse(path + ".copy must be true, or absent");
      } else if (name != "model" && name != "providers" && name != "as_of" && name != "source" &&
                 !is_rate(name)) {
        return refuse(fmt::format("{}.{} is not known", path, name));
      }
    }
    return {};
  }

  static bool is_rate(std::string_view name) {
    return std::ranges::any_of(kRates, [&](const auto& rate) { return rate.first == name; });
  }

  static Result<void> read_rates(std::string_view object, const std::string& path, Rates& rates) {
    StatedRates stated;
    if (!json::find_member(object, "input")) return refuse(path + ".input is missing");
    for (const auto& [name, member] : kRates) {
      const auto value = json::find_member(object, name);
      if (!value) continue;
      stated.*member = parse_rate(*value);
      if (!(stated.*member)) {
        return refuse(fmt::format("{}.{} must be a price in dollars", path, name));
      }
    }
    rates = complete_rates(stated);
    return {};
  }

  static Result<void> read_tiers(std::string_view value, const std::string& path, Price& price) {
    if (!json::is_array(value)) return refuse(path + " must be an array");
    json::ArrayCursor cursor(value);
    for (std::size_t i = 0; const auto tier = cursor.next(); ++i) {
      const auto where = fmt::format("{}[{}]", path, i);
      if (!json::is_object(*tier)) return refuse(where + " must be an object");
      const auto above = json::parse_uint(json::find_member(*tier, "above").value_or(""));
      if (!above || *above == 0) return refuse(where + ".above must be a number of tokens");
      PriceTier read{.above = TokenCount(*above), .rates = {}};
      TIDEGATE_TRY_VOID(read_rates(*tier, where, read.rates));
      if (!price.tiers.empty() && price.tiers.back().above >= read.above) {
        return refuse(where + ".above must be more than in the tier before");
      }
      price.tiers.push_back(read);
    }
    return {};
  }

  PriceTable table_;
};

Result<PriceTable> PriceTable::parse(std::string_view json) {
  return PriceTableReader().read(json);
}

const Price* PriceTable::find(std::string_view provider, std::string_view model) const {
  const auto models = providers_.find(provider);
  if (models == providers_.end()) return nullptr;
  const auto name = own_name(model);
  // Every prefix of the name stands before it in order; the longest one is met first.
  for (auto end = models->second.upper_bound(name); end != models->second.begin();) {
    --end;
    const auto& [known, price] = *end;
    if (name.starts_with(known) && is_suffix(name.substr(known.size()))) return &price;
    if (known.empty() || known.front() != name.front()) return nullptr;
  }
  return nullptr;
}

}  // namespace tidegate::llm
