#include "redis/reply_reader.h"

#include <hiredis/read.h>

#include <algorithm>

#include "base/check.h"

namespace tidegate::redis {
namespace {

Reply* make(const redisReadTask* task, Reply::Kind kind) {
  // Lists have no objects here, so that nothing is inside of one.
  if (task->parent != nullptr) return nullptr;
  auto* reply = new Reply();
  reply->kind = kind;
  return reply;
}

void* make_text(const redisReadTask* task, char* text, std::size_t size) {
  Reply::Kind kind = Reply::Kind::kText;
  if (task->type == REDIS_REPLY_ERROR) kind = Reply::Kind::kError;
  if (task->type == REDIS_REPLY_STATUS) kind = Reply::Kind::kStatus;
  Reply* reply = make(task, kind);
  if (reply != nullptr) reply->text.assign(text, size);
  return reply;
}

void* refuse_list(const redisReadTask*, int) { return nullptr; }

void* make_number(const redisReadTask* task, long long number) {
  Reply* reply = make(task, Reply::Kind::kNumber);
  if (reply != nullptr) reply->number = number;
  return reply;
}

void* make_nil(const redisReadTask* task) { return make(task, Reply::Kind::kNil); }

void free_reply(void* reply) { delete static_cast<Reply*>(reply); }

constexpr std::size_t kMaxErrorWord = 32;

}  // namespace

std::string_view Reply::error_word() const {
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto end = std::ranges::find_if_not(text, is_letter);
  return std::string_view(text).substr(
      0, std::min(static_cast<std::size_t>(end - text.begin()), kMaxErrorWord));
}

struct ReplyReader::Parser {
  Parser() : reader(redisReaderCreateWithFunctions(&functions)) {
    TIDEGATE_CHECK(reader != nullptr);
    // What it keeps for the next reply does not count for much here: a reader lives for a few.
    reader->maxbuf = 0;
  }
  ~Parser() { redisReaderFree(reader); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  redisReplyObjectFunctions functions = {make_text, refuse_list, make_number, make_nil, free_reply};
  redisReader* reader;
};

ReplyReader::ReplyReader(std::size_t max_reply_bytes)
    : parser_(std::make_unique<Parser>()), max_reply_bytes_(max_reply_bytes) {}
ReplyReader::~ReplyReader() = default;

Result<void> ReplyReader::feed(std::string_view bytes) {
  unread_ += bytes.size();
  if (unread_ > max_reply_bytes_) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "a reply of Redis is too long");
  }
  if (redisReaderFeed(parser_->reader, bytes.data(), bytes.size()) != REDIS_OK) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "no reply of Redis");
  }
  return {};
}

Result<std::optional<Reply>> ReplyReader::next() {
  void* made = nullptr;
  redisReader* const reader = parser_->reader;
  if (redisReaderGetReply(reader, &made) != REDIS_OK) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "no reply of Redis, or a list");
  }
  unread_ = reader->len - reader->pos;
  if (made == nullptr) return std::optional<Reply>();
  const std::unique_ptr<Reply> reply(static_cast<Reply*>(made));
  return std::optional<Reply>(std::move(*reply));
}

}  // namespace tidegate::redis
