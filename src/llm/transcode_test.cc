// The matrix: every case of testdata/conversation through every pair of formats. What is said must
// arrive whatever the pair: texts, tool calls, usage, how it ended; and nothing may be lost in
// silence.
#include "llm/transcode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "json/cursor.h"
#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/dialect/bedrock/frames_fixture.h"

namespace tidegate::llm {
namespace {

struct Side {
  Format format;
  std::string_view name;  // in the case files
  std::string_view model;
};

constexpr std::array kSides = {
    Side{Format::kChat, "chat", "gpt-4o"},
    Side{Format::kMessages, "messages", "claude-sonnet-4-5"},
    Side{Format::kGenerateContent, "gemini", "gemini-2.5-flash"},
    Side{Format::kConverse, "converse", "us.anthropic.claude-sonnet-4-5-v1:0"},
};

// JSON text without the white space between its parts, so that only what it says is compared.
std::string compact(std::string_view json) {
  std::string out;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string && c == '\\') {
      out += json.substr(i++, 2);
      continue;
    }
    if (c == '"') in_string = !in_string;
    if (in_string || !std::string_view(" \t\r\n").contains(c)) out += c;
  }
  return out;
}

std::string arguments_of(const ToolCallPart& call, Arena& arena) {
  if (!call.arguments_raw.empty()) return compact(call.arguments_raw);
  const auto text = json::unescape(call.arguments, arena);
  return text.empty() ? "{}" : compact(text);
}

// What a list of parts says that every format can say: texts joined, calls in order.
struct Said {
  std::string text;
  std::vector<std::string> texts;
  std::vector<std::string> calls;
  bool cut_call = false;  // arguments that are no JSON: a limit cut them

  void add(const std::vector<Part>& parts, Arena& arena) {
    for (const Part& part : parts) {
      if (const auto* one = std::get_if<TextPart>(&part)) add_text(one->text, arena);
      // Dialects without a refusal of their own say it as text.
      if (const auto* one = std::get_if<RefusalPart>(&part)) add_text(one->text, arena);
      if (const auto* call = std::get_if<ToolCallPart>(&part)) add_call(*call, arena);
    }
  }
  void add_text(EscapedText said, Arena& arena) {
    texts.emplace_back(json::unescape(said, arena));
    text += texts.back();
  }
  void add_call(const ToolCallPart& call, Arena& arena) {
    // Dialects without custom tools have them as functions of one text.
    const std::string arguments = call.custom
                                      ? "{\"input\":\"" + std::string(call.arguments.bytes) + "\"}"
                                      : arguments_of(call, arena);
    cut_call |= !json::validate(arguments, Origin::kInternal).has_value();
    calls.push_back(std::string(json::unescape(call.name, arena)) + arguments);
  }
  friend bool operator==(const Said& a, const Said& b) {
    return a.text == b.text && a.calls == b.calls;
  }
  friend void PrintTo(const Said& said, std::ostream* out) {
    *out << "\"" << said.text << "\"";
    for (const auto& call : said.calls) *out << " " << call;
  }
};

// Ends that some dialects do not tell apart count as one.
std::string_view end_of(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStop:
    case FinishReason::kStopSequence:
    case FinishReason::kPause:
      return "stop";
    case FinishReason::kLength:
    case FinishReason::kContextWindow:
      return "length";
    case FinishReason::kToolCalls:
      return "calls";
    case FinishReason::kContentFilter:
    case FinishReason::kRefusal:
      return "refused";
    case FinishReason::kMalformedCall:
      return "malformed";
  }
  return "";
}

Target target_for(const Side& side) {
  Target target;
  target.model = side.model;
  target.model_in_body = side.format == Format::kChat || side.format == Format::kMessages;
  return target;
}

Caller caller_for(const Side& side) {
  Caller caller;
  caller.model = side.model;
  caller.include_usage = true;
  caller.fallback_id = "exchange-1";
  caller.now = 1700000000;
  return caller;
}

struct Pair {
  Side from;
  Side to;
  friend void PrintTo(const Pair& pair, std::ostream* out) {
    *out << pair.from.name << " to " << pair.to.name;
  }
};

std::vector<Pair> all_pairs() {
  std::vector<Pair> pairs;
  for (const Side& from : kSides) {
    for (const Side& to : kSides) {
      if (from.format != to.format) pairs.push_back({from, to});
    }
  }
  return pairs;
}

class Matrix : public ::testing::TestWithParam<Pair> {};
INSTANTIATE_TEST_SUITE_P(Pairs, Matrix, ::testing::ValuesIn(all_pairs()),
                         [](const ::testing::TestParamInfo<Pair>& one) {
                           return std::string(one.param.from.name) + "_to_" +
                                  std::string(one.param.to.name);
                         });

std::vector<std::string> cases_of(std::string_view kind, const Side& side,
                                  std::string_view end = ".json") {
  return find_cases(std::string(kind) + "_", "." + std::string(side.name) + std::string(end));
}

Said said_by(const Conversation& conversation, Arena& arena) {
  Said said;
  for (const SystemPart& part : conversation.system) said.add_text(part.text, arena);
  for (const Message& message : conversation.messages) said.add(message.parts, arena);
  return said;
}

TEST_P(Matrix, RequestsSayTheSame) {
  const auto& [from, to] = GetParam();
  for (const std::string& name : cases_of("request", from)) {
    SCOPED_TRACE(name);
    Arena arena;
    const std::string body = read_case(name);
    const PathFacts path{from.model, false};
    const auto made = transcode_request({from.format, to.format}, body, path, target_for(to),
                                        Strictness::kTellLosses, arena);
    ASSERT_TRUE(made) << made.error().detail;
    ASSERT_TRUE(json::validate(made->body, Origin::kInternal)) << made->body;
    Conversation before;
    Conversation after;
    ASSERT_TRUE(read_conversation(from.format, body, path, before, arena));
    const auto again = read_conversation(to.format, made->body, {to.model, false}, after, arena);
    ASSERT_TRUE(again) << again.error().detail << "\n" << made->body;
    const Said wanted = said_by(before, arena);
    const Said got = said_by(after, arena);
    EXPECT_EQ(got.calls, wanted.calls) << made->body;
    // What is told as lost may be missing; everything else arrives. Strict providers want no white
    // space at the end; some want images beside a tool's result, with a word where they are from.
    if (!made->losses.empty()) continue;
    for (std::string_view text : wanted.texts) {
      while (text.ends_with(' ') || text.ends_with('\n')) text.remove_suffix(1);
      EXPECT_TRUE(got.text.contains(text)) << text << "\n" << made->body;
    }
  }
}

// The case without one of its members.
std::string without(std::string_view body, std::string_view name) {
  std::string out = "{";
  json::ObjectCursor members(body.substr(body.find('{')));
  while (const auto member = members.next()) {
    if (member->name == name) continue;
    if (out.size() > 1) out += ',';
    out += "\"" + std::string(member->name) + "\":" + std::string(member->value);
  }
  return out + "}";
}

// Said otherwise than by the conversation (the path says the model), or nothing at all.
bool says_nothing(std::string_view name, std::string_view value) {
  static constexpr std::string_view kNames[] = {"model", "modelId", "stream", "stream_options"};
  static constexpr std::string_view kValues[] = {"null", "{}", "[]", "false",
                                                 R"({"user_id":null})"};
  return std::ranges::count(kNames, name) != 0 || std::ranges::count(kValues, value) != 0 ||
         (name == "n" && value == "1");
}

// Members of a case that another member overrides, so that they make no difference.
bool is_overridden(std::string_view name, std::string_view member) {
  struct Override {
    std::string_view name;
    std::string_view member;
  };
  static constexpr Override kOverrides[] = {
      {"request_sampling.chat.json", "max_tokens"},        // max_completion_tokens counts
      {"request_adaptive.messages.json", "thinking"},      // an effort implies it
      {"request_sampling.messages.json", "service_tier"},  // the usual one, which all have
      {"request_snake_case.gemini.json", "tools"},         // none may be called
  };
  return std::ranges::any_of(
      kOverrides, [&](const Override& one) { return one.name == name && one.member == member; });
}

TEST_P(Matrix, NoMemberOfARequestIsLostInSilence) {
  const auto& [from, to] = GetParam();
  for (const std::string& name : cases_of("request", from)) {
    Arena arena;
    const std::string body = read_case(name);
    const PathFacts path{from.model, false};
    const Crossing crossing{from.format, to.format};
    const auto whole =
        transcode_request(crossing, body, path, target_for(to), Strictness::kTellLosses, arena);
    ASSERT_TRUE(whole) << name;
    json::ObjectCursor members(std::string_view(body).substr(body.find('{')));
    while (const auto member = members.next()) {
      if (says_nothing(member->name, compact(member->value))) continue;
      if (is_overridden(name, member->name)) continue;
      const std::string rest = without(body, member->name);
      const auto made =
          transcode_request(crossing, rest, path, target_for(to), Strictness::kTellLosses, arena);
      if (!made) continue;  // it must be there
      EXPECT_TRUE(made->body != whole->body ||
                  made->losses.to_string() != whole->losses.to_string())
          << name << ": " << member->name << " makes no difference";
    }
  }
}

// What a provider's whole reply says, read by its own format.
struct ReadReply {
  ReadReply(Format format, std::string_view body) {
    result = read_reply(format, body, "exchange-1", arena, failure);
    if (!result || failure) return;
    said.add(result->parts, arena);
  }
  Arena arena;
  std::optional<ReplyError> failure;
  Result<Reply> result;
  Said said;
};

void expect_same(const ReadReply& before, const ReadReply& after) {
  if (before.said.cut_call) {
    EXPECT_EQ(after.said.text, before.said.text);
    EXPECT_EQ(after.said.calls.size(), before.said.calls.size());
  } else {
    EXPECT_EQ(after.said, before.said);
  }
  // Formats that must have a usage say zeros where the provider told none.
  if (before.result->usage) {
    ASSERT_TRUE(after.result->usage);
    EXPECT_EQ(after.result->usage->input(), before.result->usage->input());
    EXPECT_EQ(after.result->usage->output, before.result->usage->output);
  }
  if (before.result->finish != FinishReason::kMalformedCall) {
    EXPECT_EQ(end_of(after.result->finish), end_of(before.result->finish));
  }
}

TEST_P(Matrix, RepliesSayTheSame) {
  const auto& [from, to] = GetParam();
  for (const std::string& name : cases_of("reply", from)) {
    SCOPED_TRACE(name);
    const std::string body = read_case(name);
    const ReadReply before(from.format, body);
    if (!before.result || before.failure) continue;
    Arena arena;
    const auto made = transcode_reply({to.format, from.format}, body, caller_for(to), arena);
    ASSERT_TRUE(made) << made.error().detail;
    ASSERT_TRUE(json::validate(made->body, Origin::kInternal)) << made->body;
    EXPECT_EQ(made->usage, before.result->usage);
    const ReadReply after(to.format, made->body);
    ASSERT_TRUE(after.result) << after.result.error().detail << made->body;
    expect_same(before, after);
  }
}

std::string stream_of(const std::string& name) {
  std::string text = read_case(name);
  return name.ends_with("eventstream.json") ? bedrock::encode_frames(text) : text;
}

struct Relayed {
  std::string out;
  StreamState state;
  std::optional<Usage> usage;
  bool truthful;
};

Relayed relay(const Pair& pair, const std::vector<std::string_view>& pieces) {
  const Caller caller = caller_for(pair.to);
  StreamTranscoder stream({pair.to.format, pair.from.format}, caller);
  Relayed relayed;
  Result<void> good;
  for (const auto piece : pieces) {
    const std::string buffer(piece);  // gone when the next one comes
    if (good) good = stream.feed(buffer, relayed.out);
  }
  if (good) good = stream.finish(relayed.out);
  relayed.state = stream.state();
  relayed.usage = stream.usage();
  relayed.truthful = good.has_value();
  if (!good) stream.fail({.status = 502, .message = "cut"}, relayed.out);
  return relayed;
}

std::vector<std::string> stream_cases(const Side& side) {
  return cases_of("stream", side, side.format == Format::kConverse ? ".eventstream.json" : ".sse");
}

TEST_P(Matrix, StreamsSayTheSame) {
  const Pair& pair = GetParam();
  for (const std::string& name : stream_cases(pair.from)) {
    SCOPED_TRACE(name);
    const std::string stream = stream_of(name);
    const ReadReply before(pair.from.format, stream);
    const Relayed relayed = relay(pair, {stream});
    const ReadReply after(pair.to.format, relayed.out);
    if (!before.result || before.failure) {
      // A stream that was cut or failed never looks complete to the caller.
      EXPECT_TRUE(!after.result || after.failure) << relayed.out;
      continue;
    }
    ASSERT_TRUE(relayed.truthful);
    ASSERT_TRUE(after.result) << after.result.error().detail << "\n" << relayed.out;
    expect_same(before, after);
    EXPECT_EQ(relayed.usage, before.result->usage);
  }
}

TEST_P(Matrix, StreamsSayTheSameAtEverySplit) {
  const Pair& pair = GetParam();
  for (const std::string& name : stream_cases(pair.from)) {
    const std::string stream = stream_of(name);
    const std::string_view view = stream;
    const Relayed whole = relay(pair, {view});
    const ReadReply wanted(pair.to.format, whole.out);
    // Readers are held against every split by their own tests; here long streams take some 150.
    const std::size_t step = 1 + view.size() / 150;
    for (std::size_t cut = 1; cut < view.size(); cut += step) {
      const Relayed relayed = relay(pair, {view.substr(0, cut), view.substr(cut)});
      ASSERT_EQ(relayed.state, whole.state) << name << " cut at " << cut;
      ASSERT_EQ(relayed.usage, whole.usage) << name << " cut at " << cut;
      const ReadReply read(pair.to.format, relayed.out);
      ASSERT_EQ(read.result.has_value(), wanted.result.has_value()) << name << " cut at " << cut;
      ASSERT_EQ(read.said, wanted.said) << name << " cut at " << cut;
    }
  }
}

}  // namespace
}  // namespace tidegate::llm
