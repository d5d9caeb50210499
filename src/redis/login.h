// What is said on a new connection before anything else: who we are, and to which database.
// Thread: one owner.   Source: Redis command reference, AUTH (of 6.0) and SELECT.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/secret.h"
#include "redis/reply_reader.h"

namespace tidegate::redis {

struct Login {
  std::string user;  // empty: the server's default user
  Secret password;   // empty: the server wants none
  std::uint32_t database = 0;
};

// Appends the commands. Returns how many replies they get.
std::size_t append_login(const Login& login, std::string& out);

// Whether a reply to one of them is right. Errors: kForbidden, origin upstream, with the word that
// the server says and nothing of the login.
Result<void> check_login(const Reply& reply);

// A name for connections of that login, by a digest of the password.
std::string name_session(const Login& login);

}  // namespace tidegate::redis
