// How a client proves a password without showing it, and how the server proves that it knows it:
// SCRAM-SHA-256 without channel binding.   Thread: one owner.
// Source: RFC 5802, RFC 7677; PostgreSQL 17 documentation, 53.3 SASL Authentication.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/secret.h"

namespace tidegate::postgres {

class Scram {
 public:
  static constexpr std::string_view kMechanism = "SCRAM-SHA-256";
  // Rounds of hashing that a server may ask for: they take the worker's time, 4,096 about 2 ms.
  static constexpr int kMaxIterations = 65'536;

  // `nonce`: printable, without commas, never used before. `user` has neither "," nor "=".
  Scram(std::string_view user, Secret password, std::string_view nonce);

  std::string first_message() const;
  // The answer to the server's first message.
  // Errors: kMalformed, kForbidden: too many rounds; origin upstream. None has what was said.
  Result<std::string> final_message(std::string_view server_first);
  // Whether the server knows the password too; it does not before final_message().
  // Errors: kForbidden, kMalformed.
  Result<void> check(std::string_view server_final) const;

 private:
  const Secret password_;
  const std::string nonce_;
  const std::string first_bare_;
  std::string server_signature_;  // that it has to show
};

// A nonce of 18 random bytes.
std::string make_nonce();

}  // namespace tidegate::postgres
