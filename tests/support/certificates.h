// Certificates made on the spot for tests: authorities, leaves, expired ones, with any names.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "config/tls.h"

namespace tidegate::testing {

enum class KeyType : std::uint8_t { kEcdsa, kRsa };

struct LeafOptions {
  std::vector<std::string> dns_names;
  std::vector<std::string> uris;
  std::string common_name = "leaf";
  KeyType key_type = KeyType::kEcdsa;
  std::chrono::seconds expires_in = std::chrono::hours(1);  // negative: has expired
};

// A certificate authority with its own key.
class Authority {
 public:
  explicit Authority(const std::string& common_name);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  // The anchor, PEM.
  const std::string& pem() const { return pem_; }
  // A leaf signed by this authority, good for servers and clients; names filled for SNI choice.
  config::Certificate issue(const LeafOptions& options) const;
  // A revocation list of these leaves, PEM.
  std::string revoke(const std::vector<config::Certificate>& leaves,
                     std::chrono::seconds expires_in = std::chrono::hours(1)) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string pem_;
};

// SHA-256 of the leaf's SubjectPublicKeyInfo, 32 bytes: what a pin is.
std::string public_key_hash(const config::Certificate& certificate);

}  // namespace tidegate::testing
