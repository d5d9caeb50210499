#include "gatewayapi/route/route_book.h"

#include <algorithm>
#include <map>
#include <span>
#include <unordered_set>
#include <utility>

namespace tidegate::gatewayapi {
namespace {

using Result = RouteBook::Result;
using PagePtr = RouteBook::PagePtr;

constexpr std::size_t kPageSize = PagedList<RouteResult>::kPageSize;

constexpr auto kPrecedes = [](const Result& a, const Result& b) {
  return route_precedes(a->object, b->object);
};

// Calls `visit` with the vectors of each route kind of one or two sets.
template <class Visit, class... Sets>
void for_each_kind(Visit visit, const Sets&... sets) {
  visit(sets.http_routes...);
  visit(sets.grpc_routes...);
  visit(sets.tls_routes...);
  visit(sets.tcp_routes...);
  visit(sets.udp_routes...);
}

// ---- pages

void sort_once(std::vector<std::uint32_t>& numbers) {
  std::ranges::sort(numbers);
  const auto repeated = std::ranges::unique(numbers);
  numbers.erase(repeated.begin(), repeated.end());
  numbers.shrink_to_fit();
}

// Collects what the attachments of a page's routes are to each listener.
class ShareCollector {
 public:
  explicit ShareCollector(const Topology& topology) : topology_(topology) {}

  void add(const RouteResult& result) {
    for (const Attachment& attachment : result.attachments) {
      Share& share = by_listener_[attachment.listener];
      if (std::exchange(share.last, &result) != &result) ++share.attached;
      add_route(topology_.listeners[attachment.listener], attachment.route, share);
    }
  }

  std::vector<ListenerShare> take() {
    std::vector<ListenerShare> shares;
    shares.reserve(by_listener_.size());
    for (auto& [listener, share] : by_listener_) {
      shares.push_back(
          {listener, share.attached, share_http(shares, share.http), std::move(share.l4)});
    }
    return shares;
  }

 private:
  using HttpRoutes = std::vector<std::shared_ptr<const config::HttpRoute>>;
  struct Share {
    std::uint32_t attached = 0;
    const RouteResult* last = nullptr;
    HttpRoutes http;
    std::vector<std::shared_ptr<const config::L4Route>> l4;
  };

  // Appends unless the same route came last: it may be attached through two parentRefs.
  template <class Route>
  static void add_once(std::vector<std::shared_ptr<const Route>>& routes,
                       const std::shared_ptr<const Route>& route) {
    if (routes.empty() || routes.back() != route) routes.push_back(route);
  }

  static void add_route(const ServedListener& listener, const CompiledRoute& route, Share& share) {
    if (const auto* http = std::get_if<std::shared_ptr<const config::HttpRoute>>(&route)) {
      return add_once(share.http, *http);
    }
    const bool only_one = listener.protocol == config::ListenerProtocol::kTcp ||
                          listener.protocol == config::ListenerProtocol::kUdp;
    if (only_one && !share.l4.empty()) return;
    add_once(share.l4, std::get<std::shared_ptr<const config::L4Route>>(route));
  }

  static std::shared_ptr<const HttpRoutes> share_http(const std::vector<ListenerShare>& shares,
                                                      HttpRoutes& routes) {
    if (routes.empty()) return nullptr;
    for (const ListenerShare& other : shares) {
      if (other.http && *other.http == routes) return other.http;
    }
    routes.shrink_to_fit();
    return std::make_shared<const HttpRoutes>(std::move(routes));
  }

  const Topology& topology_;
  std::map<std::uint32_t, Share> by_listener_;
};

PagePtr make_page(std::vector<Result> results, const Topology& topology) {
  auto page = std::make_shared<RoutePage>();
  ShareCollector shares(topology);
  for (const Result& result : results) {
    shares.add(*result);
    page->backends.insert(page->backends.end(), result->backends.begin(), result->backends.end());
    if (result->attachments.empty()) continue;
    page->used_backends.insert(page->used_backends.end(), result->backends.begin(),
                               result->backends.end());
    page->attaches_http |= kind_of(result->object) == RouteKind::kHttp;
    page->attaches_grpc |= kind_of(result->object) == RouteKind::kGrpc;
  }
  sort_once(page->backends);
  sort_once(page->used_backends);
  page->listeners = shares.take();
  page->results = std::move(results);
  return page;
}

// Cuts results into pages of equal size that have room for a few more.
void add_pages(const std::vector<Result>& results, const Topology& topology,
               std::vector<PagePtr>& pages) {
  const std::size_t count = (results.size() + kPageSize - 1) / kPageSize;
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = static_cast<std::ptrdiff_t>(results.size() * i / count);
    const auto end = static_cast<std::ptrdiff_t>(results.size() * (i + 1) / count);
    pages.push_back(make_page({results.begin() + begin, results.begin() + end}, topology));
  }
}

// ---- what changed

struct PageEdit {
  std::unordered_set<const resource::ObjectMeta*> removed;
  std::vector<Result> added;
};

// What happens to the pages of a book, by their number.
class Edits {
 public:
  explicit Edits(const RouteBook& book) : pages_(book.pages()) {}

  void remove(const RouteObject& object) { at(object).removed.insert(&meta_of(object)); }
  void add(Result result) {
    PageEdit& edit = at(result->object);
    edit.added.push_back(std::move(result));
  }
  bool empty() const { return by_page_.empty(); }

  std::vector<Result> apply(std::size_t page) {
    std::vector<Result> results;
    PageEdit& edit = by_page_.at(page);
    if (page < pages_.size()) {
      for (const Result& result : pages_[page]->results) {
        if (!edit.removed.contains(&meta_of(result->object))) results.push_back(result);
      }
    }
    results.insert(results.end(), edit.added.begin(), edit.added.end());
    std::ranges::sort(results, kPrecedes);
    return results;
  }
  bool touches(std::size_t page) const { return by_page_.contains(page); }

 private:
  // The page in whose range an object falls; the one past the last when it comes after all.
  PageEdit& at(const RouteObject& object) {
    const auto page = std::ranges::partition_point(pages_, [&](const PagePtr& candidate) {
      return route_precedes(candidate->results.back()->object, object);
    });
    return by_page_[static_cast<std::size_t>(page - pages_.begin())];
  }

  const std::vector<PagePtr>& pages_;
  std::map<std::size_t, PageEdit> by_page_;
};

// The part of two lists in which they may differ: all but the common beginning and end.
template <class Route>
struct Middle {
  std::span<const std::shared_ptr<const Route>> before;
  std::span<const std::shared_ptr<const Route>> now;

  Middle(const resource::Objects<Route>& old_list, const resource::Objects<Route>& new_list)
      : before(old_list), now(new_list) {
    const auto start =
        static_cast<std::size_t>(std::ranges::mismatch(before, now).in1 - before.begin());
    before = before.subspan(start);
    now = now.subspan(start);
    while (!before.empty() && !now.empty() && before.back() == now.back()) {
      before = before.first(before.size() - 1);
      now = now.first(now.size() - 1);
    }
  }
};

template <class Route>
void compare_kind(const resource::Objects<Route>& old_list,
                  const resource::Objects<Route>& new_list, const RouteInputs& inputs,
                  Edits& edits) {
  const Middle<Route> middle(old_list, new_list);
  std::unordered_set<const Route*> kept;
  for (const auto& route : middle.before) kept.insert(route.get());
  for (const auto& route : middle.now) {
    // Found elsewhere in the list: moved, not changed.
    if (kept.erase(route.get()) > 0) continue;
    edits.add(compile_route(route, inputs));
  }
  if (kept.empty()) return;
  for (const auto& route : middle.before) {
    if (kept.contains(route.get())) edits.remove(route);
  }
}

bool uses_any(const std::vector<std::uint32_t>& backends,
              const std::vector<bool>& changed_backends) {
  return std::ranges::any_of(backends, [&](std::uint32_t backend) {
    return backend < changed_backends.size() && changed_backends[backend];
  });
}

// Compiles routes of a page again whose backends changed.
std::vector<Result> refresh(const std::vector<Result>& results,
                            const std::vector<bool>& changed_backends, const RouteInputs& inputs) {
  std::vector<Result> fresh;
  fresh.reserve(results.size());
  for (const Result& result : results) {
    const bool stale = uses_any(result->backends, changed_backends);
    fresh.push_back(stale ? compile_route(result->object, inputs) : result);
  }
  return fresh;
}

// Removals leave small pages behind; so many that a look at each costs more than it saves.
bool is_scattered(const std::vector<PagePtr>& pages) {
  constexpr std::size_t kSlack = 16;
  std::size_t results = 0;
  for (const PagePtr& page : pages) results += page->results.size();
  return pages.size() > 4 * (results / kPageSize) + kSlack;
}

}  // namespace

RouteBook::RouteBook(const std::vector<Result>& results, const Topology& topology) {
  add_pages(results, topology, pages_);
}

PagedList<RouteResult> RouteBook::results() const {
  PagedList<RouteResult> list;
  for (const PagePtr& page : pages_) {
    list.add_page(PagedList<RouteResult>::PagePtr(page, &page->results));
  }
  return list;
}

void RouteBook::replace_page(std::size_t page, const std::vector<Result>& results,
                             const Topology& topology) {
  std::vector<PagePtr> fresh;
  add_pages(results, topology, fresh);
  auto place = pages_.begin() + static_cast<std::ptrdiff_t>(page);
  if (page < pages_.size()) place = pages_.erase(place);
  pages_.insert(place, fresh.begin(), fresh.end());
}

RouteBook compile_routes(const resource::ResourceSet& resources, const RouteInputs& inputs) {
  std::vector<Result> results;
  for_each_kind(
      [&](const auto& routes) {
        for (const auto& route : routes) results.push_back(compile_route(route, inputs));
      },
      resources);
  std::ranges::sort(results, kPrecedes);
  return {results, inputs.topology};
}

RouteBook update_routes(const RouteBook& old, const resource::ResourceSet& old_resources,
                        const resource::ResourceSet& resources,
                        const std::vector<bool>& changed_backends, const RouteInputs& inputs) {
  Edits edits(old);
  for_each_kind(
      [&](const auto& before, const auto& now) { compare_kind(before, now, inputs, edits); },
      old_resources, resources);
  const bool backends_changed = std::ranges::find(changed_backends, true) != changed_backends.end();
  if (edits.empty() && !backends_changed) return old;
  RouteBook book = old;
  // From the end, so that the numbers of pages before stay what they were.
  for (std::size_t page = old.pages().size() + 1; page-- > 0;) {
    const bool exists = page < old.pages().size();
    const bool stale =
        exists && backends_changed && uses_any(old.pages()[page]->backends, changed_backends);
    if (!edits.touches(page) && !stale) continue;
    std::vector<Result> results =
        edits.touches(page) ? edits.apply(page) : old.pages()[page]->results;
    if (stale) results = refresh(results, changed_backends, inputs);
    book.replace_page(page, results, inputs.topology);
  }
  if (!is_scattered(book.pages())) return book;
  const auto all = book.results();
  return {std::vector<Result>(all.begin(), all.end()), inputs.topology};
}

}  // namespace tidegate::gatewayapi
