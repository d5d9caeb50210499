// Commands that are said at once, and the replies to them in order.   Thread: one owner.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/dialogue.h"
#include "redis/login.h"
#include "redis/reply_reader.h"

namespace tidegate::redis {

class Dialogue final : public pipeline::Dialogue {
 public:
  // `commands` get so many replies, each of so many bytes at most.
  Dialogue(Login login, std::string commands, std::size_t replies, std::size_t max_reply_bytes);

  std::string_view session() const override { return session_; }
  std::string begin(Connection connection) override;
  // Errors: kForbidden: the login is refused; kMalformed, kLimit, kProtocolViolation: bytes behind
  // the last reply. What a command fails with is its reply.
  Result<Progress> take(std::string_view bytes, std::string& say) override;

  // When it is done: of each command.
  std::vector<Reply>& replies() { return replies_; }

 private:
  const Login login_;
  const std::string commands_;
  const std::size_t wanted_;
  const std::size_t max_reply_bytes_;
  const std::string session_;
  std::size_t login_left_ = 0;  // replies to the login
  std::optional<ReplyReader> reader_;
  std::vector<Reply> replies_;
};

}  // namespace tidegate::redis
