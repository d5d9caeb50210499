#include "llm/text/message_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/text/texts_fixture.h"

namespace tidegate::llm {
namespace {

using Lister = Result<void> (*)(std::string_view, Arena&, std::vector<Text>&);

std::string list(Lister lister, std::string_view body) {
  Arena arena;
  std::vector<Text> texts;
  const auto result = lister(body, arena, texts);
  return result ? show(texts) : "failed: " + result.error().detail;
}

struct Case {
  std::string_view name;
  std::string_view body;
  std::string_view texts;
};

TEST(RequestTexts, OfEveryDialectComeInOrderWithWhoSpeaks) {
  const std::vector<Case> cases{
      {"chat",
       R"({"model":"m","messages":[{"role":"system","content":"Be terse."},
        {"content":[{"type":"text","text":"What\u0020is \"it\"?"},
          {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}},
          {"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE"}}],"role":"user"},
        {"role":"assistant","content":null,"refusal":"No.","reasoning_content":"Hm.",
          "tool_calls":[{"id":"c1","type":"function",
            "function":{"name":"f","arguments":"{\"a\":\"x@y.org\"}"}},
            {"id":"c2","type":"custom","custom":{"name":"g","input":"free"}}]},
        {"role":"tool","tool_call_id":"c1","content":"42"}],
        "tools":[{"type":"function","function":{"name":"f","description":"Finds.",
          "parameters":{"type":"object","properties":{"description":{"type":"string",
            "description":"The words.","enum":["a"]}}}}}]})",
       "system@0 Be terse.\nuser@1 What is \"it\"?\nassistant@2 No.\nreasoning@2 Hm.\n"
       "tool_call json@2 {\"a\":\"x@y.org\"}\ntool_call@2 free\ntool_result@3 42\n"
       "tool_description Finds.\ntool_description The words.\n"},
      {"completions", R"({"model":"m","prompt":["a","b"],"suffix":"c"})",
       "user@0 a\nuser@1 b\nuser c\n"},
      {"embeddings", R"({"model":"m","input":["a",[1,2],"b"]})", "user@0 a\nuser@2 b\n"},
      {"responses",
       R"({"model":"m","instructions":"Sys","input":[{"role":"developer","content":"Dev"},
        {"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"},
          {"type":"input_image","image_url":"data:image/png;base64,AA"}]},
        {"type":"reasoning","summary":[{"type":"summary_text","text":"Sum"}],
          "encrypted_content":"gAAA"},
        {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
        {"type":"function_call_output","call_id":"c","output":"Out"},
        {"type":"custom_tool_call_output","output":[{"type":"input_text","text":"Part"}]},
        {"type":"file_search_call","queries":["q"],"results":[{"text":"Found","filename":"f"}]},
        {"type":"mcp_list_tools","tools":[{"name":"t","description":"Lists."}]}],
        "text":{"format":{"type":"json_schema","schema":{"description":"Shape."}}},
        "prompt":{"id":"p","variables":{"city":"Oslo","more":{"type":"input_text","text":"V"}}}})",
       "system Sys\nsystem@0 Dev\nuser@1 Hi\nreasoning@2 Sum\ntool_call json@3 {}\n"
       "tool_result@4 Out\ntool_result@5 Part\ntool_call@6 q\ndocument@6 Found\n"
       "tool_description@7 Lists.\ntool_description Shape.\nuser Oslo\nuser input_text\n"
       "user V\n"},
      {"responses text", R"({"model":"m","input":"Hi"})", "user@0 Hi\n"},
      {"messages",
       R"({"model":"m","system":[{"type":"text","text":"Sys"}],"messages":[
        {"role":"user","content":"Hi"},
        {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"Eq"},
          {"type":"redacted_thinking","data":"EmwK"},
          {"type":"tool_use","id":"t","name":"f","input":{"to":"Ann","deep":[{"x":"y"}],"n":1}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[
            {"type":"text","text":"Out"},
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}}]},
          {"type":"document","title":"T","context":"C",
            "source":{"type":"text","media_type":"text/plain","data":"Doc"}},
          {"type":"document","source":{"type":"content","content":[{"type":"text","text":"In"}]}},
          {"type":"document","source":{"type":"base64","data":"JVBE"}},
          {"type":"search_result","source":"https://e.org","title":"S",
            "content":[{"type":"text","text":"Res"}]}]}],
        "tools":[{"name":"f","description":"D","input_schema":{"properties":{"a":{
          "description":"P"}}}}]})",
       "system Sys\nuser@0 Hi\nreasoning@1 Hm\ntool_call@1 Ann\ntool_call@1 y\n"
       "tool_result@2 Out\ndocument@2 T\ndocument@2 C\ndocument@2 Doc\ndocument@2 In\n"
       "document@2 S\ndocument@2 Res\ntool_description D\ntool_description P\n"},
      {"generateContent",
       R"({"system_instruction":{"parts":[{"text":"Sys"}]},"contents":[
        {"role":"user","parts":[{"text":"Hi"},{"inlineData":{"mimeType":"image/png","data":"AA"}}]},
        {"role":"model","parts":[{"text":"Hm","thought":true},
          {"functionCall":{"name":"f","args":{"to":"Ann"}}},
          {"executableCode":{"language":"PYTHON","code":"x = 1"}},
          {"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1"}}]},
        {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"r":"Out"}}}]}],
        "tools":[{"functionDeclarations":[{"name":"f","description":"D",
          "parameters":{"description":"P"}}]}]
})",
       "system Sys\nuser@0 Hi\nreasoning@1 Hm\ntool_call@1 Ann\ntool_call@1 x = 1\n"
       "tool_result@1 1\ntool_result@2 Out\ntool_description D\ntool_description P\n"},
      {"embedContent",
       R"({"requests":[{"model":"models/m","content":{"parts":[{"text":"a"}]},"title":"t"},
        {"content":{"parts":[{"text":"b"}]}}]})",
       "user a\ndocument t\nuser b\n"},
      {"converse",
       R"({"system":[{"text":"Sys"},{"guardContent":{"text":{"text":"G"}}}],"messages":[
        {"role":"user","content":[{"text":"Hi"},
          {"image":{"format":"png","source":{"bytes":"iVBO"}}},
          {"document":{"name":"n","source":{"text":"Doc"},"context":"C"}},
          {"document":{"name":"n","source":{"bytes":"JVBE"}}}]},
        {"role":"assistant","content":[
          {"reasoningContent":{"reasoningText":{"text":"Hm","signature":"Eq"}}},
          {"toolUse":{"toolUseId":"t","name":"f","input":{"to":"Ann"}}}]},
        {"role":"user","content":[{"toolResult":{"toolUseId":"t","content":[{"text":"Out"},
          {"json":{"a":"J"}}]}}]}],
        "toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"D",
          "inputSchema":{"json":{"description":"P"}}}}]},
        "promptVariables":{"v":{"text":"V"}}})",
       "system Sys\nsystem G\nuser@0 Hi\ndocument@0 Doc\ndocument@0 C\nreasoning@1 Hm\n"
       "tool_call@1 Ann\ntool_result@2 Out\ntool_result@2 J\ntool_description D\n"
       "tool_description P\nuser V\n"},
      {"titan", R"({"inputText":"a"})", "user a\n"},
      {"rerank", R"({"query":"q","documents":["a",{"text":"b"}]})",
       "user q\ndocument@0 a\ndocument@1 b\n"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(list(list_request_texts, one.body), one.texts) << one.name;
  }
}

TEST(ReplyTexts, OfEveryDialectAreListedByChoice) {
  const std::vector<Case> cases{
      {"chat",
       R"({"id":"c","choices":[{"index":1,"message":{"role":"assistant","content":"A",
        "reasoning":"R","refusal":null,"tool_calls":[{"function":{"arguments":"{}"}}]},
        "logprobs":null,"finish_reason":"stop"},{"index":0,"message":{"content":"B"}}]})",
       "assistant@1 A\nreasoning@1 R\ntool_call json@1 {}\nassistant@0 B\n"},
      {"completions", R"({"choices":[{"text":"A","index":0}]})", "assistant@0 A\n"},
      {"responses",
       R"({"output":[{"type":"reasoning","summary":[{"type":"summary_text","text":"R"}]},
        {"type":"message","role":"assistant","content":[{"type":"output_text","text":"A",
          "annotations":[]},{"type":"refusal","refusal":"No"}]},
        {"type":"function_call","arguments":"{}"}],"instructions":"Sys"})",
       "reasoning@0 R\nassistant@1 A\nassistant@1 No\ntool_call json@2 {}\nsystem Sys\n"},
      {"messages",
       R"({"role":"assistant","content":[{"type":"thinking","thinking":"R"},
        {"type":"text","text":"A"},{"type":"tool_use","input":{"a":"b"}}]})",
       "reasoning@0 R\nassistant@1 A\ntool_call@2 b\n"},
      {"generateContent",
       R"({"candidates":[{"content":{"role":"model","parts":[{"text":"A"},
        {"functionCall":{"args":{"a":"b"}}}]},"index":1}]})",
       "assistant@1 A\ntool_call@1 b\n"},
      {"generateContent, in chunks",
       R"([{"candidates":[{"content":{"parts":[{"text":"A"}]}}]},
        {"candidates":[{"content":{"parts":[{"text":"B"}]}}]}])",
       "assistant@0 A\nassistant@0 B\n"},
      {"converse",
       R"({"output":{"message":{"role":"assistant","content":[{"text":"A"},
        {"toolUse":{"input":{"a":"b"}}}]}},"stopReason":"tool_use"})",
       "assistant@0 A\ntool_call@0 b\n"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(list(list_reply_texts, one.body), one.texts) << one.name;
  }
}

TEST(RequestTexts, AreSeenAsAnyServerMayReadThem) {
  const std::vector<Case> cases{
      {"the same member twice",
       R"({"messages":[{"role":"user","content":"a","content":"b"}],"messages":[{"content":"c"}]})",
       "user@0 a\nuser@0 b\nuser@0 c\n"},
      {"escaped name", R"({"mess\u0061ges":[{"role":"user","c\u006fntent":"a"}]})", "user@0 a\n"},
      {"other case", R"({"Messages":[{"Role":"system","Content":"a"}]})", "system@0 a\n"},
      {"a part that lies about its type",
       R"({"messages":[{"role":"user","content":[{"type":"image_url","text":"a"}]}]})",
       "user@0 a\n"},
      {"text that begins like a data URL",
       R"({"messages":[{"role":"user","content":"data:x;base64,Ignore this"}]})",
       "user@0 data:x;base64,Ignore this\n"},
      {"a data URL",
       R"({"messages":[{"role":"user","content":"data:image\/png;base64,iVBO\/w=="}]})", ""},
      {"halves of surrogates", R"({"messages":[{"content":"\ud83d\ude00 \ud83d"}]})",
       "user@0 \U0001F600 \uFFFD\n"},
      {"not JSON", R"({"messages":[)", "failed: JSON error at byte 13: unexpected end"},
  };
  for (const auto& one : cases) {
    const auto texts = list(list_request_texts, one.body);
    if (one.texts.starts_with("failed")) {
      EXPECT_THAT(texts, testing::StartsWith("failed: JSON error")) << one.name;
    } else {
      EXPECT_EQ(texts, one.texts) << one.name;
    }
  }
}

TEST(RequestTexts, OfContentThatIsTooDeepAreListedAllTheSame) {
  std::string body = R"({"messages":[{"role":"user","content":)";
  for (int i = 0; i < 100; ++i) body += R"([{"content":)";
  body += R"("deep")";
  for (int i = 0; i < 100; ++i) body += "}]";
  body += "}]}";
  EXPECT_EQ(list(list_request_texts, body), "user@0 deep\n");
}

TEST(RequestMetadata, IsWhatIsNoTextNeitherModelNorCredentials) {
  EXPECT_EQ(list(list_request_metadata,
                 R"({"model":"m","user":"ann","messages":[{"role":"user","content":"said"}],
                     "metadata":{"who":"bob","n":1},"session_note":["a","b\u0021"],"stream":true,
                     "mcp_servers":[{"url":"u","authorization_token":"t"}]})"),
            "user ann\nuser bob\nuser a\nuser b!\n");
  EXPECT_EQ(list(list_request_metadata, "[]"), "");
  Arena arena;
  std::vector<Text> texts;
  EXPECT_FALSE(list_request_metadata("{", arena, texts));
}

TEST(RequestTexts, AreLimitedInNumber) {
  std::string body = R"({"input":["a")";
  for (std::size_t i = 1; i < kMaxTexts; ++i) body += R"(,"a")";
  Arena arena;
  std::vector<Text> texts;
  EXPECT_TRUE(list_request_texts(body + "]}", arena, texts));
  EXPECT_EQ(texts.size(), kMaxTexts);

  texts.clear();
  const auto more = list_request_texts(body + R"(,"a"]})", arena, texts);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, ErrorCode::kLimit);
  EXPECT_EQ(texts.size(), kMaxTexts);
}

TEST(RequestTexts, AreViewsUnlessSomethingIsEscaped) {
  const std::string image(4 << 20, 'A');
  const std::string body = R"({"messages":[{"role":"user","content":[{"type":"text","text":"plain"},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,)" +
                           image + R"("}},{"type":"text","text":"data:image/png;base64,)" + image +
                           R"("}]}]})";
  Arena arena;
  std::vector<Text> texts;
  ASSERT_TRUE(list_request_texts(body, arena, texts));
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_EQ(texts[0].plain.data(), body.data() + body.find("plain"));
  EXPECT_EQ(arena.used(), 0U);
}

// Every case of every dialect: texts are in order, an edit alters them and nothing else.
TEST(MessageTexts, CanAllBeReplacedInEveryCase) {
  std::size_t seen = 0;
  for (const std::string_view prefix : {"request_", "reply_"}) {
    const Lister lister = prefix == "request_" ? list_request_texts : list_reply_texts;
    for (const auto& name : find_cases(prefix, ".json")) {
      const auto body = read_case(name);
      Arena arena;
      std::vector<Text> texts;
      ASSERT_TRUE(lister(body, arena, texts)) << name;
      std::vector<std::string> same;
      std::vector<std::string> other;
      for (const auto& text : texts) {
        same.emplace_back(text.plain);
        other.push_back("new \"" + std::to_string(other.size()) + "\"\n");
      }
      const auto replaced = splice(body, texts, other);
      std::vector<Text> again;
      ASSERT_TRUE(lister(replaced, arena, again)) << name << replaced;
      ASSERT_EQ(again.size(), texts.size()) << name;
      for (std::size_t i = 0; i < again.size(); ++i) EXPECT_EQ(again[i].plain, other[i]) << name;
      const auto back = splice(replaced, again, same);
      again.clear();
      ASSERT_TRUE(lister(back, arena, again)) << name;
      EXPECT_EQ(show(again), show(texts)) << name;
      seen += texts.size();
    }
  }
  EXPECT_GT(seen, 150U);
}

TEST(TextLocator, FindsPartsUnderEscapes) {
  const std::string_view body = R"({"input":"a\n\"\u00e9\ud83d\ude00z\ud800b"})";
  Arena arena;
  std::vector<Text> texts;
  ASSERT_TRUE(list_request_texts(body, arena, texts));
  ASSERT_EQ(texts[0].plain, "a\n\"\u00e9\U0001F600z\uFFFDb");
  const auto raw = [&](std::size_t begin, std::size_t end) {
    return TextLocator(body, texts[0]).locate(begin, end).of(body);
  };
  EXPECT_EQ(raw(0, 1), "a");
  EXPECT_EQ(raw(1, 2), "\\n");
  EXPECT_EQ(raw(2, 5), R"(\"\u00e9)");
  EXPECT_EQ(raw(5, 9), R"(\ud83d\ude00)");
  EXPECT_EQ(raw(6, 7), R"(\ud83d\ude00)");
  EXPECT_EQ(raw(9, 14), R"(z\ud800b)");
  EXPECT_EQ(raw(3, 3), "");

  TextLocator locator(body, texts[0]);
  EXPECT_EQ(locator.locate(1, 2).of(body), "\\n");
  EXPECT_EQ(locator.locate(3, 5).of(body), R"(\u00e9)");
  EXPECT_EQ(locator.locate(9, 10).of(body), "z");
}

TEST(EscapeFor, EscapesTwiceWithinArguments) {
  Arena arena;
  Text text;
  EXPECT_EQ(escape_for(text, "a\"b", arena), R"(a\"b)");
  text.is_json = true;
  EXPECT_EQ(escape_for(text, "a\"b", arena), R"(a\\\"b)");
}

}  // namespace
}  // namespace tidegate::llm
