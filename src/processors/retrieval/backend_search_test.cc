// What the products are asked, and what is read of their answers.
#include "processors/retrieval/backend_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "processors/read_config.h"
#include "processors/retrieval/config.h"

namespace tidegate::processors::retrieval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

BackendSearch search_of(const std::string& retriever) {
  Config config;
  EXPECT_THAT(read(R"({"retriever":)" + retriever + "}", config), IsEmpty());
  return *config.backend;
}

std::string asked(const std::string& retriever) {
  Arena arena;
  http::RequestHead head(arena);
  head.fields.add("x-tenant", "a b\"");
  pipeline::Message message(head);
  message.model = "m";
  const BackendRequest request =
      format_request(search_of(retriever), {"say \"hi\"", 4, "[1,2]"}, message);
  return request.target + " " + request.body;
}

std::vector<std::string> passages(const std::string& retriever, std::string_view body) {
  Arena arena;
  const auto found = parse_passages(search_of(retriever).layout, body, arena);
  if (!found) return {found.error().detail};
  std::vector<std::string> out;
  for (const Passage& one : *found) {
    std::string text(one.text);
    ((text += "|") += one.source) += "|";
    text += one.title;
    if (one.score) text += "|" + std::to_string(*one.score).substr(0, 4);
    out.push_back(std::move(text));
  }
  return out;
}

TEST(BackendSearch, AsksAVectorStore) {
  EXPECT_EQ(asked(R"({"type":"OpenAIVectorStore","vectorStore":"vs_1"})"),
            R"(/v1/vector_stores/vs_1/search {"query":"say \"hi\"","max_num_results":4})");
  EXPECT_EQ(asked(R"({"type":"OpenAIVectorStore","vectorStore":"vs_1","rewriteQuery":true,
             "filter":{"type":"eq","key":"tenant","value":"{{header.x-tenant}}"}})"),
            R"(/v1/vector_stores/vs_1/search {"query":"say \"hi\"","max_num_results":4,"filters":)"
            R"({"type":"eq","key":"tenant","value":"a b\""},"rewrite_query":true})");
}

TEST(BackendSearch, ReadsAVectorStore) {
  EXPECT_THAT(passages(R"({"type":"OpenAIVectorStore","vectorStore":"vs_1"})",
                       R"({"object":"vector_store.search_results.page","search_query":["q"],"data":[
        {"file_id":"file-1","filename":"a.md","score":0.95,"attributes":{},
         "content":[{"type":"text","text":"one\n"},{"type":"text","text":"two"}]},
        {"file_id":"file-2","filename":"b.md","score":0.5,"content":[]}],
        "has_more":false,"next_page":null})"),
              ElementsAre("one\n\ntwo|file-1|a.md|0.95"));
}

TEST(BackendSearch, AsksQdrant) {
  EXPECT_EQ(asked(R"({"type":"Qdrant","collection":"docs"})"),
            R"(/collections/docs/points/query {"query":[1,2],"limit":4,"with_payload":true})");
  EXPECT_EQ(
      asked(R"({"type":"Qdrant","collection":"docs","vector":"dense","model":"all-minilm",
             "filter":{"must":[{"key":"n","range":{"gte":"{{count}}"}}]}})"),
      R"(/collections/docs/points/query {"query":{"text":"say \"hi\"","model":"all-minilm"},)"
      R"("limit":4,"with_payload":true,"using":"dense","filter":{"must":[{"key":"n","range":{"gte":4}}]}})");
}

TEST(BackendSearch, ReadsQdrant) {
  EXPECT_THAT(passages(R"({"type":"Qdrant","collection":"docs","fields":{"text":"body",
                       "source":"/meta/a~1b"}})",
                       R"({"result":{"points":[{"id":7,"version":1,"score":0.75,"payload":
        {"body":"caf\u00e9","meta":{"a/b":12},"title":"T"}}]},"status":"ok","time":0.001})"),
              ElementsAre("café|12|T|0.75"));
}

TEST(BackendSearch, AsksElasticsearch) {
  EXPECT_EQ(asked(R"({"type":"Elasticsearch","index":"docs-*"})"),
            R"(/docs-*/_search {"size":4,"query":{"match":{"text":"say \"hi\""}}})");
  EXPECT_EQ(asked(R"({"type":"OpenSearch","index":"docs","fields":{"text":"body"},
                  "filter":{"term":{"m":"{{model}}"}}})"),
            R"(/docs/_search {"size":4,"query":{"bool":{"must":[{"match":{"body":"say \"hi\""}}],)"
            R"("filter":[{"term":{"m":"m"}}]}}})");
  EXPECT_EQ(asked(R"({"type":"Elasticsearch","index":"docs","query":"Knn","vectorField":"v",
             "filter":{"term":{"a":1}}})"),
            R"(/docs/_search {"size":4,"_source":{"excludes":["v"]},"knn":{"field":"v",)"
            R"("query_vector":[1,2],"k":4,"num_candidates":100,"filter":{"term":{"a":1}}}})");
  EXPECT_EQ(asked(R"({"type":"OpenSearch","index":"docs","query":"Knn","vectorField":"v"})"),
            R"(/docs/_search {"size":4,"_source":{"excludes":["v"]},"query":{"knn":{"v":)"
            R"({"vector":[1,2],"k":4}}}})");
}

TEST(BackendSearch, ReadsElasticsearch) {
  EXPECT_THAT(passages(R"({"type":"Elasticsearch","index":"docs"})",
                       R"({"took":1,"timed_out":false,"hits":{"total":{"value":1},"max_score":1.2,
        "hits":[{"_index":"docs","_id":"1","_score":null,"_source":{"text":["a","b"]}}]}})"),
              ElementsAre("a\nb||"));
}

TEST(BackendSearch, AsksAnythingAndReadsIt) {
  const std::string search = R"({"type":"Json","path":"/s?q={{question}}&n={{count}}",
      "method":"GET","results":"","text":"/t","score":"/s"})";
  EXPECT_EQ(asked(search), "/s?q=say%20%22hi%22&n=4 ");
  EXPECT_THAT(passages(search, R"([{"t":"x","s":1e0},{"t":""},{"t":{"text":"y"},"s":"high"}])"),
              ElementsAre("x|||1.00", "y||"));
  EXPECT_EQ(asked(R"({"type":"Json","path":"/s","results":"/r","text":"",
                  "body":{"q":"{{question}}","k":"{{count}}","v":"{{vector}}","{{count}}":"n={{count}}"}})"),
            R"(/s {"q":"say \"hi\"","k":4,"v":[1,2],"4":"n=4"})");
}

TEST(BackendSearch, TakesNoAnswerThatMakesNoSense) {
  const std::string search = R"({"type":"Json","path":"/s","body":{},"results":"/r","text":"/t"})";
  for (const auto* body : {"", "<html>", R"({"r":[{"t":"x"}]}x)", R"({"r":{"t":"x"}})", "[]",
                           R"({"r":null})", R"({"r":[{"u":"x"},1]})", R"({"r":[{"t":7}]})"}) {
    EXPECT_THAT(passages(search, body), ElementsAre(HasSubstr("the retriever's answer"))) << body;
  }
  EXPECT_THAT(passages(search, R"({"r":[]})"), IsEmpty());
}

TEST(BackendSearch, ReadsNoMoreResultsThanItsLimit) {
  std::string body = R"({"r":[{"t":"x"})";
  for (int i = 0; i < 1000; ++i) body += R"(,{"t":"x"})";
  const auto found =
      passages(R"({"type":"Json","path":"/s","body":{},"results":"/r","text":"/t"})", body + "]}");
  EXPECT_EQ(found.size(), kMaxResults);
}

}  // namespace
}  // namespace tidegate::processors::retrieval
