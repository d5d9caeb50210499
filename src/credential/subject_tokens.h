// What callers' own tokens were exchanged for, of one backend on one worker (RFC 8693, on behalf of
// the caller): a cache per token of a caller, by its hash.
//
// Bounded: in place of a new one goes the one that is longest out of use, those whose exchange
// failed first, so that guessed tokens do not push out good ones; and what nobody used for a while
// is forgotten, the caller's token with it. Thread: the worker's.
#pragma once

#include <cstring>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "credential/token_cache.h"
#include "digest/digest.h"

namespace tidegate::credential {

class SubjectTokens {
 public:
  static constexpr std::size_t kMaxSubjects = 1024;
  static constexpr std::chrono::minutes kMaxIdle{10};

  // REQUIRES: `config` is a TokenExchange of_caller.
  SubjectTokens(std::string backend, std::shared_ptr<const config::Credentials> config,
                const CacheParts& parts);

  // That of this caller's token; made on first use.
  std::shared_ptr<TokenCache> find(std::string_view token);
  std::size_t size() const { return by_digest_.size(); }

 private:
  struct Entry {
    Sha256 digest;
    std::shared_ptr<TokenCache> tokens;
    SteadyTime used;
  };
  struct DigestHash {
    std::size_t operator()(const Sha256& digest) const {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.data(), sizeof hash);
      return hash;
    }
  };
  using Entries = std::list<Entry>;

  void forget_idle(SteadyTime now);
  void make_room();
  void forget(Entries::iterator entry);
  std::shared_ptr<TokenCache> make(std::string_view token) const;

  std::string backend_;
  std::shared_ptr<const config::Credentials> config_;
  CacheParts parts_;
  Entries entries_;  // the last used first
  std::unordered_map<Sha256, Entries::iterator, DigestHash> by_digest_;
};

}  // namespace tidegate::credential
