#include "proxy/sticky.h"

#include <string_view>

#include "json/peek.h"
#include "proxy/member_order.h"
#include "upstream/sticky_table.h"

namespace tidegate::proxy {
namespace {

// Members of a payload that name what a provider keeps.
constexpr std::string_view kReferences[] = {"\"previous_response_id\"", "\"conversation\"",
                                            "\"file_id\"", "\"input_file_id\"", "\"container\""};
// Paths behind which such a name stands.
constexpr std::string_view kPaths[] = {"/responses/", "/files/", "/batches/", "/conversations/"};
// How far an answer is looked through for the id it begins with.
constexpr std::size_t kHeadOfReply = 4096;

// The string at `at`, or the `id` of the object there; empty: neither.
std::string_view name_at(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '{') at = json::peek_value(text, "\"id\"", at);
  if (at >= text.size() || text[at] != '"') return {};
  const auto end = text.find('"', at + 1);
  return end == text.npos ? std::string_view() : text.substr(at + 1, end - at - 1);
}

std::string_view name_in_path(std::string_view path) {
  for (const std::string_view place : kPaths) {
    const auto at = path.find(place);
    if (at == path.npos) continue;
    const std::string_view rest = path.substr(at + place.size());
    return rest.substr(0, rest.find_first_of("/?"));
  }
  return {};
}

}  // namespace

Session find_session(Flight& flight, const config::Backend& group) {
  Session session;
  const auto& sticky = group.group->sticky;
  if (!sticky) return session;
  session.group = &group;
  upstream::StickyTable& table = flight.snapshot->sticky();
  const SteadyTime now = flight.exchange.reactor.now();
  const http::RequestHead& request = flight.exchange.request;
  if (!sticky->header.empty()) {
    if (const auto name = request.fields.find(sticky->header); name && !name->empty()) {
      session.key = upstream::StickyTable::key(group.id, *name);
      session.preferred = table.find(*session.key, now);
    }
  }
  if (!sticky->provider_state) return session;
  const auto look_up = [&](std::string_view name) {
    if (name.empty() || session.pinned) return;
    session.pinned = table.find(upstream::StickyTable::key(group.id, name), now);
  };
  look_up(name_in_path(request.path()));
  const std::string_view text =
      flight.facts ? flight.body().whole().value_or("") : std::string_view();
  for (const std::string_view reference : kReferences) {
    for (auto at = json::peek_value(text, reference); at != text.npos && !session.pinned;
         at = json::peek_value(text, reference, at)) {
      look_up(name_at(text, at));
    }
  }
  return session;
}

bool creates_state(const Flight& flight, const Session& session) {
  if (session.group == nullptr || !session.group->group->sticky->provider_state) return false;
  if (!flight.call) return false;
  switch (flight.call->operation) {
    case llm::Operation::kResponses:
    case llm::Operation::kFiles:
    case llm::Operation::kBatches:
      return true;
    default:
      return false;
  }
}

void remember_session(Flight& flight, const Session& session, const config::Backend& member,
                      std::string_view beginning) {
  if (session.group == nullptr) return;
  const auto remember = [&](std::uint64_t key) {
    flight.snapshot->sticky().remember(key, MemberOrder::hash(member.id),
                                       session.group->group->sticky->time_to_live,
                                       flight.exchange.reactor.now());
  };
  if (session.key) remember(*session.key);
  const std::string_view head = beginning.substr(0, kHeadOfReply);
  const auto at = json::peek_value(head, "\"id\"");
  const std::string_view name = at == head.npos ? std::string_view() : name_at(head, at);
  if (!name.empty()) remember(upstream::StickyTable::key(session.group->id, name));
}

}  // namespace tidegate::proxy
