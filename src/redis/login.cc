#include "redis/login.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

#include "redis/command.h"

namespace tidegate::redis {

std::size_t append_login(const Login& login, std::string& out) {
  std::size_t commands = 0;
  if (!login.password.empty()) {
    if (login.user.empty()) {
      append_command(out, {"AUTH", login.password.reveal()});
    } else {
      append_command(out, {"AUTH", login.user, login.password.reveal()});
    }
    ++commands;
  }
  if (login.database != 0) {
    append_command(out, {"SELECT", fmt::to_string(login.database)});
    ++commands;
  }
  return commands;
}

Result<void> check_login(const Reply& reply) {
  if (reply.kind == Reply::Kind::kStatus) return {};
  return fail(ErrorCode::kForbidden, Origin::kUpstream,
              fmt::format("Redis refuses the login: {}", reply.error_word()));
}

std::string name_session(const Login& login) {
  const std::string_view password = login.password.reveal();
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(password.data()), password.size(), digest.data());
  std::string name = fmt::format("redis/{}/{}/", login.database, login.user);
  for (std::size_t i = 0; i < 8; ++i) name += fmt::format("{:02x}", digest[i]);
  return name;
}

}  // namespace tidegate::redis
