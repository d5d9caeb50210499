#include "processors/retrieval/pgvector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "processors/retrieval/config.h"
#include "processors/retrieval/retrieval_fixture.h"

namespace tidegate::processors::retrieval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string first_problem(const std::string& retriever) {
  Config config;
  const auto problems = read(R"({"retriever":)" + retriever + "}", config);
  return problems.empty() ? "" : problems.front();
}
TableSearch table_of(const std::string& retriever) {
  Config config;
  EXPECT_THAT(read(R"({"retriever":)" + retriever + "}", config), ElementsAre());
  return *config.table;
}

TEST(PgVector, MakesAStatementWhoseNamesAreQuoted) {
  EXPECT_EQ(format_statement(table_of(R"({"type":"PgVector","database":"d","table":"docs"})")),
            R"(SELECT "text"::text, NULL, NULL, (1 - ("embedding" <=> $1::vector))::text)"
            R"( FROM "docs" ORDER BY "embedding" <=> $1::vector LIMIT $2::bigint)");
  EXPECT_EQ(
      format_statement(table_of(
          R"({"type":"PgVector","database":"d","schema":"s","table":"t\"; DROP TABLE t; --",)"
          R"("distance":"L2","columns":{"text":"Body","vector":"v","source":"url","title":"a b"},)"
          R"("filter":[{"column":"tenant","equals":"{{header.x-tenant}}"},)"
          R"({"column":"lang","equals":"en"}]})")),
      R"(SELECT "Body"::text, "url"::text, "a b"::text, (1 / (1 + ("v" <-> $1::vector)))::text)"
      R"( FROM "s"."t""; DROP TABLE t; --" WHERE "tenant" = $3 AND "lang" = $4)"
      R"( ORDER BY "v" <-> $1::vector LIMIT $2::bigint)");
  EXPECT_THAT(format_statement(table_of(
                  R"({"type":"PgVector","database":"d","table":"t","distance":"InnerProduct"})")),
              HasSubstr(R"((- ("embedding" <#> $1::vector))::text)"));
}

TEST(PgVector, TellsWhatIsWrong) {
  EXPECT_THAT(first_problem(R"({"type":"PgVector","table":"t"})"), HasSubstr("database"));
  EXPECT_THAT(first_problem(R"({"type":"PgVector","database":"d"})"), HasSubstr("table"));
  EXPECT_THAT(first_problem(R"({"type":"PgVector","database":"d","table":")" +
                            std::string(64, 't') + "\"}"),
              HasSubstr("table"));
  EXPECT_THAT(
      first_problem(R"({"type":"PgVector","database":"d","table":"t","distance":"Manhattan"})"),
      HasSubstr("distance"));
  EXPECT_THAT(first_problem(R"({"type":"PgVector","database":"d","table":"t",)"
                            R"("filter":[{"column":"c","equals":"{{question}}"}]})"),
              HasSubstr("filter[0].equals"));
}

TEST(PgVector, ReadsRowsAsPassages) {
  Arena arena;
  const auto found = read_rows({{"one", "url", "Title", "0.5"},
                                {"two", std::nullopt, std::nullopt, "NaN"},
                                {std::nullopt, "url", "", "1"},
                                {"", "url", "", "1"}},
                               arena);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].text, "one");
  EXPECT_EQ((*found)[0].source, "url");
  EXPECT_EQ((*found)[0].title, "Title");
  EXPECT_EQ((*found)[0].score, 0.5);
  EXPECT_EQ((*found)[1].source, "");
  EXPECT_EQ((*found)[1].score, std::nullopt);
  EXPECT_EQ(read_rows({{"one", "two"}}, arena).error().code, ErrorCode::kMalformed);
}

TEST(PgVector, LogsInAsTheBackendSays) {
  const TableSearch search = table_of(R"({"type":"PgVector","database":"d","table":"t"})");
  config::Backend backend;
  postgres::Login login = login_of(search, backend, std::chrono::seconds(1));
  EXPECT_EQ(login.user, "postgres");
  EXPECT_EQ(login.plain, postgres::PlainPassword::kNever);
  backend.login = config::Login{"ann", Secret("canary")};
  backend.tls = std::make_shared<const config::UpstreamTls>();
  login = login_of(search, backend, std::chrono::seconds(1));
  EXPECT_EQ(login.user, "ann");
  EXPECT_EQ(login.password, Secret("canary"));
  EXPECT_EQ(login.plain, postgres::PlainPassword::kAllowed);
}

// Messages of a server.
std::string number(std::size_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  return out;
}
std::string message(char type, const std::string& content) {
  return std::string(1, type) + number(content.size() + 4) + content;
}
std::string row(const std::vector<std::string>& columns) {
  std::string content{'\0', static_cast<char>(columns.size())};
  for (const std::string& column : columns) content += number(column.size()) + column;
  return message('D', content);
}

const std::string kConfig =
    R"({"retriever":{"type":"PgVector","database":"d","table":"docs","columns":{"source":"url"},)"
    R"("filter":[{"column":"tenant","equals":"{{header.x-tenant}}"}]},)"
    R"("embeddings":{"type":"Lexical"},"select":{"minScore":0.3}})";
const std::string kChat =
    R"({"model":"m","messages":[{"role":"user","content":"How long is parental leave?"}]})";

// What the server says to the question, and what it was asked.
struct Server {
  explicit Server(RetrievalFixture& fixture) {
    fixture.caller.store = [this](std::string_view said) -> Result<std::string> {
      if (said[0] != 'P') return message('R', number(0)) + message('Z', "I");
      asked = said;
      return answer;
    };
  }
  std::string asked;
  std::string answer;
};

TEST(PgVector, PutsRowsBeforeTheModel) {
  RetrievalFixture fixture(kConfig);
  fixture.set_backend(std::make_shared<const config::Backend>());
  Server server(fixture);
  server.answer = row({"Leave is 14 months.", "leave.md", "", "0.8"}) +
                  row({"Something else.", "other.md", "", "0.1"}) + message('Z', "I");
  const std::string body = fixture.request(kChat);
  EXPECT_THAT(body, HasSubstr("Leave is 14 months."));
  EXPECT_THAT(body, HasSubstr("leave.md"));
  EXPECT_THAT(body, Not(HasSubstr("Something else.")));
  // The question goes as a vector, and what a client says as a value.
  EXPECT_THAT(server.asked, HasSubstr("$3"));
  EXPECT_THAT(server.asked, HasSubstr("b\"lue"));
  EXPECT_THAT(server.asked, Not(HasSubstr("parental")));
}

TEST(PgVector, FailsWhereTheStatementIsWrong) {
  RetrievalFixture fixture(kConfig);
  fixture.set_backend(std::make_shared<const config::Backend>());
  Server server(fixture);
  server.answer = message('E', std::string("C42P01\0\0", 8)) + message('Z', "I");
  EXPECT_THAT(fixture.request(kChat), HasSubstr("!500"));
}

TEST(PgVector, FailsWithoutABackend) {
  RetrievalFixture fixture(kConfig);
  EXPECT_THAT(fixture.request(kChat), HasSubstr("!500"));
}

}  // namespace
}  // namespace tidegate::processors::retrieval
