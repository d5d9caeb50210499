#include "postgres/dialogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace tidegate::postgres {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;
using ::testing::StartsWith;
using Connection = pipeline::Dialogue::Connection;
using Progress = pipeline::Dialogue::Progress;
using namespace std::chrono_literals;

std::string message(char type, std::string_view content) {
  std::string out(1, type);
  const std::size_t length = content.size() + 4;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(length >> shift & 0xff);
  return out.append(content);
}
std::string number(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  return out;
}
std::string error(std::string_view code) {
  std::string content("SERROR\0C", 8);
  content.append(code).append("\0Mcanary said\0\0", 15);
  return message('E', content);
}
std::string row(const std::vector<std::optional<std::string>>& columns) {
  std::string content{'\0', static_cast<char>(columns.size())};
  for (const auto& column : columns) {
    content += column ? number(static_cast<std::uint32_t>(column->size())) + *column : number(~0U);
  }
  return message('D', content);
}

const std::string kAuthenticated = message('R', number(0));
const std::string kReady = message('Z', "I");
const std::string kTold = message('S', std::string("TimeZone\0UTC\0", 13)) +
                          message('K', number(1) + number(2)) +
                          message('N', std::string("Snote\0\0", 7));
const std::string kParsed = message('1', "") + message('2', "");
const std::string kComplete = message('C', std::string("SELECT 1\0", 9)) + kReady;

Login login_of(PlainPassword plain = PlainPassword::kNever) {
  return {"ann", Secret("canary"), "docs", 2s, plain};
}
Statement statement_of() { return {"SELECT $1", {"va\"lue"}, 2, 4096}; }

// What it says, "done", or the error's code.
struct Talk {
  explicit Talk(PlainPassword plain = PlainPassword::kNever)
      : dialogue(login_of(plain), statement_of()) {}
  std::string take(std::string_view bytes) {
    std::string say;
    const auto progress = dialogue.take(bytes, say);
    if (!progress) {
      detail = progress.error().detail;
      return std::string(to_string(progress.error().code));
    }
    return *progress == Progress::kDone ? "done" : say;
  }
  Dialogue dialogue;
  std::string detail;
};

const std::string kQuery = message('P', std::string("\0SELECT $1\0\0\0", 13)) +
                           message('B', std::string("\0\0\0\0\0\1\0\0\0\6va\"lue\0\0", 18)) +
                           message('E', std::string("\0\0\0\0\0", 5)) + message('S', "");

TEST(PostgresDialogue, AsksOnKeptConnectionsAtOnce) {
  Talk talk;
  EXPECT_EQ(talk.dialogue.begin(Connection::kUsed), kQuery);
  EXPECT_EQ(talk.take(kParsed + row({"a", std::nullopt}) + row({"", "b"}) + kComplete), "done");
  EXPECT_THAT(*talk.dialogue.take_rows(),
              ElementsAre(ElementsAre(Optional(std::string("a")), std::nullopt),
                          ElementsAre(Optional(std::string()), Optional(std::string("b")))));
}

TEST(PostgresDialogue, SaysWhoItIsOnNewOnes) {
  Talk talk;
  const std::string startup = talk.dialogue.begin(Connection::kNew);
  EXPECT_EQ(startup.substr(4, 4), std::string("\0\3\0\0", 4));
  EXPECT_EQ(static_cast<std::size_t>(static_cast<unsigned char>(startup[3])), startup.size());
  EXPECT_THAT(startup, HasSubstr(std::string("user\0ann\0database\0docs\0", 23)));
  EXPECT_THAT(startup, HasSubstr(std::string("default_transaction_read_only\0on\0", 33)));
  EXPECT_THAT(startup, HasSubstr(std::string("statement_timeout\0"
                                             "2000\0",
                                             23)));
  EXPECT_THAT(startup, Not(HasSubstr("canary")));
  EXPECT_EQ(talk.take(kAuthenticated + kTold), "");
  EXPECT_EQ(talk.take(kReady), kQuery);
  EXPECT_EQ(talk.take(kParsed + kComplete), "done");
  EXPECT_THAT(*talk.dialogue.take_rows(), ElementsAre());
}

TEST(PostgresDialogue, TakesAnswersInAnySplit) {
  const std::string whole = kParsed + row({"a"}) + kComplete;
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    Talk talk;
    talk.dialogue.begin(Connection::kUsed);
    EXPECT_EQ(talk.take(whole.substr(0, cut)), "");
    EXPECT_EQ(talk.take(whole.substr(cut)), "done");
    EXPECT_EQ(talk.dialogue.take_rows()->size(), 1U);
  }
}

TEST(PostgresDialogue, ShowsThePasswordItselfOverTlsAlone) {
  const std::string wants = message('R', number(3));
  Talk plain;
  plain.dialogue.begin(Connection::kNew);
  EXPECT_EQ(plain.take(wants), "forbidden");
  Talk tls(PlainPassword::kAllowed);
  tls.dialogue.begin(Connection::kNew);
  EXPECT_EQ(tls.take(wants), message('p', std::string("canary\0", 7)));
}

TEST(PostgresDialogue, ProvesThePasswordByScram) {
  Talk talk;
  talk.dialogue.begin(Connection::kNew);
  const std::string mechanisms("SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0", 34);
  const std::string first = talk.take(message('R', number(10) + mechanisms));
  const std::size_t at = first.find("n,,n=,r=");
  ASSERT_NE(at, first.npos);
  EXPECT_THAT(first.substr(5), StartsWith(std::string("SCRAM-SHA-256\0", 14)));
  const std::string nonce = first.substr(at + 8);
  const std::string server_first = "r=" + nonce + "more,s=c2FsdA==,i=4096";
  const std::string last = talk.take(message('R', number(11) + server_first));
  EXPECT_THAT(last.substr(5), StartsWith("c=biws,r=" + nonce + "more,p="));
  EXPECT_THAT(last, Not(HasSubstr("canary")));
  // A server that cannot prove that it knows the password is not asked.
  EXPECT_EQ(talk.take(message('R', number(12) + "v=" + std::string(44, 'A'))), "forbidden");
}

TEST(PostgresDialogue, AsksNoServerThatLeavesScramOut) {
  const std::string mechanisms("SCRAM-SHA-256\0\0", 15);
  Talk skips;
  skips.dialogue.begin(Connection::kNew);
  skips.take(message('R', number(10) + mechanisms));
  EXPECT_EQ(skips.take(kAuthenticated), "protocol_violation");
  Talk early;
  early.dialogue.begin(Connection::kNew);
  early.take(message('R', number(10) + mechanisms));
  EXPECT_EQ(early.take(message('R', number(12) + "v=")), "forbidden");
  Talk downgrades(PlainPassword::kAllowed);
  downgrades.dialogue.begin(Connection::kNew);
  downgrades.take(message('R', number(10) + mechanisms));
  EXPECT_EQ(downgrades.take(message('R', number(3))), "forbidden");
}

TEST(PostgresDialogue, KnowsNoOtherLogin) {
  for (const std::uint32_t kind : {5U, 7U, 99U}) {
    Talk talk;
    talk.dialogue.begin(Connection::kNew);
    EXPECT_EQ(talk.take(message('R', number(kind) + "salt")), "forbidden") << kind;
  }
  Talk other;
  other.dialogue.begin(Connection::kNew);
  EXPECT_EQ(other.take(message('R', number(10) + std::string("OTHER\0\0", 7))), "forbidden");
}

TEST(PostgresDialogue, TellsErrorsByTheirCodeAlone) {
  Talk login;
  login.dialogue.begin(Connection::kNew);
  EXPECT_EQ(login.take(error("28P01")), "forbidden");
  EXPECT_THAT(login.detail, HasSubstr("28P01"));
  EXPECT_THAT(login.detail, Not(HasSubstr("canary")));
  Talk full;
  full.dialogue.begin(Connection::kNew);
  EXPECT_EQ(full.take(error("53300")), "unavailable");
  Talk slow;
  slow.dialogue.begin(Connection::kUsed);
  EXPECT_EQ(slow.take(kParsed + error("57014")), "unavailable");
}

TEST(PostgresDialogue, EndsWellWithAStatementThatIsWrong) {
  Talk talk;
  talk.dialogue.begin(Connection::kUsed);
  EXPECT_EQ(talk.take(error("42P01") + kReady), "done");
  const auto rows = talk.dialogue.take_rows();
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kInvalidConfig);
  EXPECT_THAT(rows.error().detail, HasSubstr("42P01"));
  EXPECT_THAT(rows.error().detail, Not(HasSubstr("canary")));
}

TEST(PostgresDialogue, KeepsSoManyRowsAlone) {
  Talk talk;
  talk.dialogue.begin(Connection::kUsed);
  EXPECT_EQ(talk.take(row({"a"}) + row({"b"}) + row({"c"}) + kComplete), "done");
  EXPECT_EQ(talk.dialogue.take_rows()->size(), 2U);
}

TEST(PostgresDialogue, RefusesWhatIsNoAnswer) {
  for (const std::string& wrong :
       {message('D', "\x01"), message('D', std::string("\0\1\xff\xff\xff\xfe", 6)),
        message('D', std::string("\0\1\0\0\0\5abc", 9)), message('D', std::string("\0\0x", 3)),
        std::string("D\0\0\0\1", 5), message('E', "S"), message('Z', "T"), message('R', number(0)),
        message('G', ""), kComplete + "x"}) {
    Talk talk;
    talk.dialogue.begin(Connection::kUsed);
    const std::string taken = talk.take(wrong);
    EXPECT_TRUE(taken == "malformed" || taken == "protocol_violation") << taken;
  }
  Talk longer;
  longer.dialogue.begin(Connection::kUsed);
  EXPECT_EQ(longer.take("D\x7f\xff\xff\xff"), "limit");
  EXPECT_EQ(longer.take(std::string(1 << 20, 'x')), "limit");
}

TEST(PostgresDialogue, HasSessionsByAllThatAConnectionIsSetUpFor) {
  const auto session = [](const std::function<void(Login&)>& change) {
    Login login = login_of();
    change(login);
    return std::string(Dialogue(login, statement_of()).session());
  };
  const std::string one = session([](Login&) {});
  EXPECT_EQ(one, session([](Login&) {}));
  EXPECT_NE(one, session([](Login& login) { login.user = "bob"; }));
  EXPECT_NE(one, session([](Login& login) { login.password = Secret("other"); }));
  EXPECT_NE(one, session([](Login& login) { login.database = "other"; }));
  EXPECT_NE(one, session([](Login& login) { login.statement_timeout = 1s; }));
  EXPECT_THAT(one, Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace tidegate::postgres
