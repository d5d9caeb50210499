// In which order the members of a group are tried for one request.
//
// Of the members that the request may go to, the lowest priority with an available one; within it
// by the group's balance. A member is tried once.   No I/O: what is known of the members' load and
// health is asked for by `LoadOf`.   Thread: the worker's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "config/backend.h"
#include "http/header_map.h"

namespace tidegate::proxy {

// What counts when one of several members is taken.
struct MemberLoad {
  bool available = true;
  std::size_t active_requests = 0;
  std::chrono::microseconds latency{0};  // 0: not known
  std::uint64_t price = 0;               // of the model; 0: not known
};
using LoadOf = std::function<MemberLoad(const config::GroupMember&)>;

// The regions that a request is locked to; null: none. An empty list allows none.
using Regions = const std::vector<std::string>*;
bool region_allowed(Regions regions, std::string_view region);

class MemberOrder {
 public:
  // `model` may be empty: not known. `pinned`: only this member may serve the request, since it
  // keeps what the request refers to; `preferred`: it comes first.
  struct Request {
    std::string_view model;
    const http::HeaderMap& fields;
    Regions regions = nullptr;
    std::optional<std::uint64_t> pinned;  // hashes of backend ids
    std::optional<std::uint64_t> preferred;
  };
  MemberOrder(const config::Group& group, const Request& request);

  // The member for the next try; null: none is left, or none is available.
  const config::GroupMember* next(const LoadOf& load_of, Random& random);
  // Whether next() might still find one.
  bool has_more(const LoadOf& load_of) const;
  // No member may have the request because of where they are.
  bool all_locked_out() const { return locked_out_ && candidates_.empty() && !tried_any_; }

  bool has_candidates() const { return !candidates_.empty(); }

  static std::uint64_t hash(std::string_view backend_id);

 private:
  const config::GroupMember* choose(std::span<const config::GroupMember* const> from,
                                    const LoadOf& load_of, Random& random) const;

  const config::Group& group_;
  std::vector<const config::GroupMember*> candidates_;  // by priority
  std::optional<std::uint64_t> preferred_;
  bool locked_out_ = false;
  bool tried_any_ = false;
};

}  // namespace tidegate::proxy
