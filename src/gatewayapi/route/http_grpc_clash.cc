#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "gatewayapi/route/route_book.h"

namespace tidegate::gatewayapi {
namespace {

// Who was first on a listener with a hostname, by kind.
using Owners = std::unordered_map<std::string_view, const RouteResult*>;

bool is_http(const RouteResult& result) {
  const RouteKind kind = kind_of(result.object);
  return kind == RouteKind::kHttp || kind == RouteKind::kGrpc;
}

// The older route of the other kind that has one of these hostnames; null: none, and they are taken
// now.
const RouteResult* claim(const RouteResult& result, const config::HttpRoute& route,
                         Owners& owners) {
  static const std::vector<std::string> kEveryHost = {""};
  const auto& hostnames = route.hostnames.empty() ? kEveryHost : route.hostnames;
  for (const std::string& hostname : hostnames) {
    const auto owner = owners.find(hostname);
    if (owner != owners.end() && kind_of(owner->second->object) != kind_of(result.object)) {
      return owner->second;
    }
  }
  for (const std::string& hostname : hostnames) owners.try_emplace(hostname, &result);
  return nullptr;
}

Problem lost_against(const RouteResult& winner) {
  const auto& meta = meta_of(winner.object);
  return {Reason::kHostnameConflict,
          fmt::format("{} {}/{} is older and has the same hostname on the listener",
                      to_string(kind_of(winner.object)), meta.namespace_, meta.name)};
}

std::shared_ptr<const RouteResult> without(const RouteResult& result,
                                           const std::vector<Attachment>& remaining,
                                           const RouteResult& winner) {
  auto changed = std::make_shared<RouteResult>(result);
  changed->attachments = remaining;
  auto status = std::make_shared<RouteStatus>(*result.status);
  for (std::uint32_t parent = 0; parent < status->parents.size(); ++parent) {
    const auto of_parent = [&](const Attachment& a) { return a.parent == parent; };
    const bool had = std::ranges::any_of(result.attachments, of_parent);
    if (!had || std::ranges::any_of(remaining, of_parent)) continue;
    auto& conditions = status->parents[parent].conditions;
    const std::int64_t generation = conditions.front().observed_generation;
    std::erase_if(conditions, [](const Condition& condition) {
      return condition.type == ConditionType::kPartiallyInvalid;
    });
    conditions.front() = fails(ConditionType::kAccepted, lost_against(winner), generation);
  }
  changed->status = std::move(status);
  return changed;
}

bool has_both_kinds(const RouteBook& book) {
  bool http = false;
  bool grpc = false;
  for (const auto& page : book.pages()) {
    http |= page->attaches_http;
    grpc |= page->attaches_grpc;
  }
  return http && grpc;
}

// The older routes' claims on every listener; decides for one route after the other.
class Court {
 public:
  explicit Court(const Topology& topology) : owners_(topology.listeners.size()) {}

  // The result without what it lost; itself when it lost nothing.
  RouteBook::Result settle(const RouteBook::Result& result) {
    if (!is_http(*result)) return result;
    std::vector<Attachment> remaining;
    const RouteResult* winner = nullptr;
    for (const Attachment& attachment : result->attachments) {
      const auto& route = *std::get<std::shared_ptr<const config::HttpRoute>>(attachment.route);
      const RouteResult* older = claim(*result, route, owners_[attachment.listener]);
      if (older == nullptr) {
        remaining.push_back(attachment);
      } else {
        winner = older;
      }
    }
    return winner == nullptr ? result : without(*result, remaining, *winner);
  }

 private:
  std::vector<Owners> owners_;
};

}  // namespace

RouteBook settle_http_against_grpc(RouteBook book, const Topology& topology) {
  if (!has_both_kinds(book)) return book;
  // Losers stay alive here: owners point into results, hostnames into routes.
  const RouteBook originals = book;
  Court court(topology);
  for (std::size_t page = 0; page < originals.pages().size(); ++page) {
    const auto& before = originals.pages()[page]->results;
    std::vector<RouteBook::Result> after;
    after.reserve(before.size());
    for (const auto& result : before) after.push_back(court.settle(result));
    if (after != before) book.replace_page(page, after, topology);
  }
  return book;
}

}  // namespace tidegate::gatewayapi
