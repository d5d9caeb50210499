// One exchange through Retrieval, for tests: its Backend is scripted, its documents are written.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "llm/request_facts.h"
#include "processors/call_fixture.h"
#include "processors/retrieval/retrieval.h"

namespace tidegate::processors::retrieval {

class RetrievalFixture final : public CallFixture {
 public:
  explicit RetrievalFixture(const std::string& config, std::string path = "/v1/chat/completions")
      : CallFixture(retrieval(), config, std::move(path), {{"vectors", nullptr}}) {
    request_.fields.add("x-tenant", "b\"lue");
  }

  // The body afterwards, or "!STATUS code: message".
  std::string request(std::string body) {
    EXPECT_TRUE(replace_payload(std::move(body)));
    return has(pipeline::Phase::kRequestBody) ? run(pipeline::Phase::kRequestBody) : payload_;
  }
  // The field of the response; empty: there is none.
  std::string citations(std::string_view header) {
    message_.response = &response_;
    if (has(pipeline::Phase::kResponseHeaders)) run(pipeline::Phase::kResponseHeaders);
    return std::string(response_.fields.find(header).value_or(""));
  }

  http::HeaderMap& fields() override {
    return message_.response == nullptr ? request_.fields : response_.fields;
  }
  // As the gateway does: what is known of the request follows its payload.
  Result<void> replace_payload(std::string text) override {
    payload_ = std::move(text);
    message_.payload = payload_;
    const auto path_facts = llm::read_path_facts(*message_.call, path_, arena());
    const auto facts =
        llm::parse_request_facts(*message_.call, "application/json", payload_, arena(), path_facts);
    EXPECT_TRUE(facts) << payload_;
    if (!facts) return std::unexpected(facts.error());
    facts_ = *facts;
    message_.facts = &facts_;
    message_.model = arena().copy(facts_.model);
    return {};
  }
};

// A folder of documents that goes when the test ends.
class DocumentFolder {
 public:
  DocumentFolder()
      : root_(std::filesystem::path(::testing::TempDir()) /
              (std::string("documents_") +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(root_);
  }
  ~DocumentFolder() { std::filesystem::remove_all(root_); }
  DocumentFolder(const DocumentFolder&) = delete;
  DocumentFolder& operator=(const DocumentFolder&) = delete;

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ / name) << text;
  }
  std::string path() const { return root_.string(); }

 private:
  const std::filesystem::path root_;
};

}  // namespace tidegate::processors::retrieval
