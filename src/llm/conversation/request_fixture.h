// For tests of a format's requests: one that was read, and one that was written.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/cursor.h"
#include "json/scan.h"
#include "llm/conversation/conversation.h"

namespace tidegate::llm {

struct ReadRequest {
  Arena arena;
  std::string body;
  Conversation conversation;
  Result<void> result;
};

// Reads valid JSON by `reader(body, conversation, arena)`.
template <class Reader>
std::unique_ptr<ReadRequest> read_request(std::string body, const Reader& reader) {
  auto read = std::make_unique<ReadRequest>();
  read->body = std::move(body);
  EXPECT_TRUE(json::validate(read->body, Origin::kDownstream)) << read->body;
  read->result = reader(std::string_view(read->body), read->conversation, read->arena);
  return read;
}

struct WrittenRequest {
  std::string body;
  Losses losses;

  std::string_view member(std::string_view name) const {
    return json::find_member(body, name).value_or("");
  }
  std::vector<std::string> lost() const { return {losses.fields().begin(), losses.fields().end()}; }
};

}  // namespace tidegate::llm
