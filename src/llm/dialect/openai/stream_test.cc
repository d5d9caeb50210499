#include "llm/dialect/openai/stream.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace tidegate::llm::openai {
namespace {

std::string chunk(std::string_view content, std::string_view rest = R"("finish_reason":null}])") {
  return std::string(R"({"id":"c1","choices":[{"index":0,"delta":{"content":")")
      .append(content)
      .append(R"("},)")
      .append(rest)
      .append("}");
}

void expect_same(const StreamEvent& got, const StreamEvent& wanted, std::string_view data) {
  EXPECT_EQ(got.step, wanted.step) << data;
  EXPECT_EQ(got.output, wanted.output) << data;
  EXPECT_EQ(got.usage_only, wanted.usage_only) << data;
  EXPECT_EQ(got.null_usage, wanted.null_usage) << data;
  EXPECT_EQ(got.usage, wanted.usage) << data;
}

// What may follow a plain chunk, each of which says something of its own.
std::vector<std::string> all_kinds() {
  return {
      chunk("Hello"),
      chunk(" world, with a longer text"),
      chunk(""),
      chunk(R"(a \"quoted\" word)"),
      chunk("back\\\\slash"),
      chunk(R"(","finish_reason":"stop)"),
      chunk("x", R"("finish_reason":"stop"}])"),
      chunk("x", R"("finish_reason":null}],"usage":null)"),
      chunk("x", R"("finish_reason":null}],"usage":{"prompt_tokens":1,"completion_tokens":2})"),
      chunk(R"(x"},"finish_reason":null}],"usage":{"prompt_tokens":1},"y":[{"z":{"content":")"),
      R"({"id":"c1","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}})",
      R"({"id":"c1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]})",
      R"({"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0}]}}]})",
      R"({"error":{"message":"overloaded"}})",
      R"({"id":"c1","choices":[{"index":0,"delta":{"content":")",
      R"("finish_reason":null}]})",
      "[DONE]",
      "",
  };
}

TEST(ChunkReader, SaysOfEveryPairOfChunksWhatAReaderWithoutMemorySays) {
  for (const auto& first : all_kinds()) {
    for (const auto& second : all_kinds()) {
      ChunkReader reader;
      expect_same(reader.read(first), read_chunk(first), first);
      expect_same(reader.read(second), read_chunk(second), second);
      expect_same(reader.read(first), read_chunk(first), first);
    }
  }
}

TEST(ChunkReader, KnowsTheNullUsageOfAChunkThatItKnowsByItsSurroundings) {
  ChunkReader reader;
  const auto with_usage = R"("finish_reason":null}],"usage":null)";
  EXPECT_TRUE(reader.read(chunk("one", with_usage)).null_usage);
  const StreamEvent second = reader.read(chunk("two", with_usage));
  EXPECT_TRUE(second.null_usage);
  EXPECT_TRUE(second.output);
}

}  // namespace
}  // namespace tidegate::llm::openai
