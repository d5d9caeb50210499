// What quickstart makes of what it finds: every combination compiles without a problem, and no key
// is in the YAML that may be shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "app/quickstart/banner.h"
#include "app/quickstart/findings.h"
#include "app/quickstart/resources.h"
#include "feed/file_feed.h"
#include "feed/temp_folder.h"
#include "gatewayapi/compile.h"
#include "gatewayapi/status_format.h"

namespace tidegate::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const char* const kKey = "sk-secret: \"quoted\" #1";

Environment from(std::map<std::string, std::string> variables) {
  return [variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
}

io::Address listen_on(const char* ip) { return *io::Address::parse(ip, 8080); }

struct Compiled {
  std::string problems;
  gatewayapi::Compilation compilation;
};

// Reads the YAML as `tidegate run` would.
Compiled compile(const Findings& findings, const char* ip) {
  feed::TempFolder folder;
  folder.write("gateway.yaml", format_resources(findings, listen_on(ip)));
  folder.write("secrets.yaml", format_secrets(findings));
  feed::FileFeed feed({folder.root()});
  const feed::Update update = feed.load();
  if (update.resources == nullptr) return {resource::format_problems(update.problems), {}};
  auto compilation = gatewayapi::compile(*update.resources, {}, nullptr);
  std::string problems = resource::format_problems(update.problems);
  problems += gatewayapi::format_text(compilation, gatewayapi::Detail::kProblems);
  return {problems, std::move(compilation)};
}

const config::Backend* find_backend(const Compiled& compiled, std::string_view id) {
  for (const auto& backend : compiled.compilation.document->backends) {
    if (backend->id.starts_with(id)) return backend.get();
  }
  return nullptr;
}

TEST(Quickstart, ServesTheSimulatorWhenThereIsNothing) {
  const auto findings = find_keys(from({}));
  ASSERT_TRUE(findings);
  const Compiled compiled = compile(*findings, "127.0.0.1");
  EXPECT_EQ(compiled.problems, "");
  ASSERT_NE(find_backend(compiled, "Backend/default/simulator"), nullptr);
}

TEST(Quickstart, PutsKeysIntoSecretsOnly) {
  const auto findings = find_keys(from({{"OPENAI_API_KEY", kKey}, {"ANTHROPIC_API_KEY", kKey}}));
  ASSERT_TRUE(findings);
  const Compiled compiled = compile(*findings, "0.0.0.0");
  EXPECT_EQ(compiled.problems, "");
  EXPECT_THAT(format_resources(*findings, listen_on("0.0.0.0")), Not(HasSubstr("sk-secret")));
  const auto* openai = find_backend(compiled, "Backend/default/openai");
  ASSERT_TRUE(openai != nullptr && openai->api_key);
  EXPECT_EQ(openai->api_key->key.reveal(), kKey);
  const auto* anthropic = find_backend(compiled, "Backend/default/anthropic");
  ASSERT_TRUE(anthropic != nullptr && anthropic->api_key);
  EXPECT_EQ(anthropic->api_key->header, "x-api-key");
}

TEST(Quickstart, FollowsTheBaseUrl) {
  const auto findings = find_keys(from({{"OPENAI_BASE_URL", "http://localhost:9000/api/v2/"}}));
  ASSERT_TRUE(findings);
  const Compiled compiled = compile(*findings, "127.0.0.1");
  EXPECT_EQ(compiled.problems, "");
  const auto* backend = find_backend(compiled, "Backend/default/openai");
  ASSERT_NE(backend, nullptr);
  const config::Endpoint expected{"127.0.0.1", 9000};
  EXPECT_THAT(std::get<std::vector<config::Endpoint>>(backend->destination), ElementsAre(expected));
  EXPECT_FALSE(backend->api_key);
  EXPECT_EQ(backend->tls, nullptr);
}

TEST(Quickstart, RoutesTheModelsOfLocalServers) {
  Findings findings;
  findings.local_servers = {{"ollama", 11434, {"llama3.2:3b", "qwen3"}}, {"vllm", 8000, {"m"}}};
  EXPECT_EQ(compile(findings, "::").problems, "");
  findings.anthropic_key = Secret("k");
  EXPECT_EQ(compile(findings, "::").problems, "");
  findings.openai_key = Secret("k");
  EXPECT_EQ(compile(findings, "::").problems, "");
}

TEST(BaseUrl, TakesUrlsApart) {
  const auto url = parse_base_url("https://models.example.com/openai/v1/");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "models.example.com");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->path, "/openai/v1");
  EXPECT_EQ(parse_base_url("http://[::1]:8000")->host, "[::1]");
}

TEST(BaseUrl, RefusesWhatIsNone) {
  for (const char* text :
       {"", "api.openai.com", "ftp://x/", "https://", "http://x:0/", "http://x:y/",
        "http://x:70000/", "http://a b/", "https://u@x/", "https://x/?q", "https://x/\"\nspec:"}) {
    EXPECT_FALSE(parse_base_url(text)) << text;
  }
}

TEST(ModelIds, AreThoseOfTheList) {
  EXPECT_THAT(
      parse_model_ids(R"({"object":"list","data":[{"id":"a","object":"model"},{"id":"b:1"}]})"),
      ElementsAre("a", "b:1"));
  EXPECT_THAT(parse_model_ids(R"({"data":[{"id":"x\"y"},{"name":"z"},{"id":7}]})"), IsEmpty());
  EXPECT_THAT(parse_model_ids("<html>"), IsEmpty());
  EXPECT_THAT(parse_model_ids(""), IsEmpty());
}

TEST(Banner, NamesAModelThatIsThere) {
  Findings findings;
  findings.local_servers = {{"ollama", 11434, {"llama3.2:3b"}}};
  const io::Address listen = listen_on("0.0.0.0");
  const std::string text = format_banner({findings, listen, "/state", "127.0.0.1:15000"});
  EXPECT_THAT(text, HasSubstr("curl http://localhost:8080/v1/chat/completions"));
  EXPECT_THAT(text, HasSubstr(R"("model":"llama3.2:3b")"));
  EXPECT_THAT(text, HasSubstr("http://127.0.0.1:15000/metrics"));
}

}  // namespace
}  // namespace tidegate::app
