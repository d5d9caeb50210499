#include "redis/dialogue.h"

#include <utility>

namespace tidegate::redis {

Dialogue::Dialogue(Login login, std::string commands, std::size_t replies,
                   std::size_t max_reply_bytes)
    : login_(std::move(login)),
      commands_(std::move(commands)),
      wanted_(replies),
      max_reply_bytes_(max_reply_bytes),
      session_(name_session(login_)) {}

std::string Dialogue::begin(Connection connection) {
  reader_.emplace(max_reply_bytes_);
  replies_.clear();
  login_left_ = 0;
  std::string say;
  // One packet: a server that refuses the login refuses the commands too.
  if (connection == Connection::kNew) login_left_ = append_login(login_, say);
  return say + commands_;
}

Result<Dialogue::Progress> Dialogue::take(std::string_view bytes, std::string&) {
  TIDEGATE_TRY_VOID(reader_->feed(bytes));
  while (replies_.size() < wanted_) {
    TIDEGATE_TRY(reply, reader_->next());
    if (!reply) return Progress::kGoesOn;
    if (login_left_ == 0) {
      replies_.push_back(std::move(*reply));
      continue;
    }
    TIDEGATE_TRY_VOID(check_login(*reply));
    --login_left_;
  }
  if (reader_->has_rest()) {
    return fail(ErrorCode::kProtocolViolation, Origin::kUpstream,
                "Redis says more than it was asked");
  }
  return Progress::kDone;
}

}  // namespace tidegate::redis
