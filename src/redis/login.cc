#include "redis/login.h"

#include <fmt/format.h>

#include "digest/digest.h"
#include "redis/command.h"

namespace tidegate::redis {
namespace {

constexpr std::size_t kNameBytes = 8;  // of the hash of a password

}  // namespace

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
  return fmt::format("redis/{}/{}/{}", login.database, login.user,
                     to_hex(view_of(sha256(login.password.reveal())).substr(0, kNameBytes)));
}

}  // namespace tidegate::redis
