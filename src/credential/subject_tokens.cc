#include "credential/subject_tokens.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tidegate::credential {

SubjectTokens::SubjectTokens(std::string backend, std::shared_ptr<const config::Credentials> config,
                             const CacheParts& parts)
    : backend_(std::move(backend)), config_(std::move(config)), parts_(parts) {}

std::shared_ptr<TokenCache> SubjectTokens::find(std::string_view token) {
  const SteadyTime now = parts_.reactor.now();
  forget_idle(now);
  const Sha256 digest = sha256(token);
  if (const auto known = by_digest_.find(digest); known != by_digest_.end()) {
    known->second->used = now;
    entries_.splice(entries_.begin(), entries_, known->second);
    return known->second->tokens;
  }
  if (by_digest_.size() >= kMaxSubjects) make_room();
  entries_.push_front({digest, make(token), now});
  by_digest_.emplace(digest, entries_.begin());
  return entries_.front().tokens;
}

std::shared_ptr<TokenCache> SubjectTokens::make(std::string_view token) const {
  auto own = std::make_shared<config::Credentials>(*config_);
  std::get<config::TokenExchange>(own->source).subject_token = Secret(std::string(token));
  return std::make_shared<TokenCache>(backend_, std::move(own), parts_);
}

void SubjectTokens::forget_idle(SteadyTime now) {
  while (!entries_.empty() && now - entries_.back().used > kMaxIdle) {
    forget(std::prev(entries_.end()));
  }
}

void SubjectTokens::make_room() {
  const auto useless = std::find_if(entries_.rbegin(), entries_.rend(),
                                    [](const Entry& entry) { return entry.tokens->has_failed(); });
  forget(useless != entries_.rend() ? std::prev(useless.base()) : std::prev(entries_.end()));
}

void SubjectTokens::forget(Entries::iterator entry) {
  by_digest_.erase(entry->digest);
  entries_.erase(entry);
}

}  // namespace tidegate::credential
