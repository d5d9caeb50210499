#include "waf/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "guard/rule_file.h"

namespace tidegate::waf {
namespace {

using guard::Channel;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

guard::Rule rule(std::string id, std::string pattern, guard::Form form = guard::Form::kText) {
  guard::Rule made;
  made.category = id.substr(0, id.find('.'));
  made.id = std::move(id);
  made.pattern = std::move(pattern);
  made.form = form;
  return made;
}

Engine make(std::vector<guard::Rule> rules, Settings settings = {}) {
  auto made = Engine::make({std::move(rules)}, std::move(settings));
  EXPECT_TRUE(made);
  return std::move(*made);
}

std::vector<std::string> found(const Engine& engine, const Parts& parts) {
  std::vector<guard::Hit> hits;
  EXPECT_TRUE(engine.look(parts, hits));
  std::vector<std::string> out;
  for (const auto& hit : hits) out.push_back(hit.rule->id + (hit.counts ? "" : " shadow"));
  return out;
}

Parts one(Channel channel, std::string_view name, std::string_view value) {
  Parts parts;
  parts.add(channel, name, value);
  return parts;
}

TEST(WafEngine, LooksAtEachRuleInItsForm) {
  const auto engine =
      make({rule("a.sql", "union select", guard::Form::kSql),
            rule("a.shell", "cat /", guard::Form::kShell),
            rule("a.path", "\\.\\./\\.\\.", guard::Form::kPath), rule("a.text", "c'a't")});
  EXPECT_THAT(found(engine, one(Channel::kField, "f", "UNION/**/SELECT")), ElementsAre("a.sql"));
  EXPECT_THAT(found(engine, one(Channel::kField, "f", "union select")), ElementsAre("a.sql"));
  EXPECT_THAT(found(engine, one(Channel::kField, "f", "c'a't /")),
              UnorderedElementsAre("a.text", "a.shell"));
  EXPECT_THAT(found(engine, one(Channel::kField, "f", "..\\..")), ElementsAre("a.path"));
}

TEST(WafEngine, LooksWhereRulesSay) {
  auto header = rule("a.header", "evil");
  header.channels.add(Channel::kHeader);
  const auto engine = make({header, rule("a.usual", "evil")});
  EXPECT_THAT(found(engine, one(Channel::kHeader, "h", "evil")), ElementsAre("a.header"));
  EXPECT_THAT(found(engine, one(Channel::kCookie, "c", "evil")), ElementsAre("a.usual"));
  EXPECT_THAT(found(engine, one(Channel::kName, "evil", "evil")), ElementsAre("a.usual"));
}

TEST(WafEngine, ExcludesByRulePlaceAndName) {
  Settings settings;
  Exclusion exclusion;
  exclusion.rules = {"a.*"};
  exclusion.channels.add(Channel::kField);
  exclusion.names = {"note*", "Comment"};
  settings.exclusions.push_back(exclusion);
  auto tagged = rule("b.x", "evil");
  tagged.tags = {"noisy"};
  settings.policy.shadow = {"noisy"};
  const auto engine = make({rule("a.x", "evil"), tagged}, settings);
  EXPECT_THAT(found(engine, one(Channel::kField, "NOTES", "evil")), ElementsAre("b.x shadow"));
  EXPECT_THAT(found(engine, one(Channel::kField, "comment", "evil")), ElementsAre("b.x shadow"));
  EXPECT_THAT(found(engine, one(Channel::kField, "comments", "evil")),
              ElementsAre("a.x", "b.x shadow"));
  EXPECT_THAT(found(engine, one(Channel::kQuery, "note", "evil")),
              ElementsAre("a.x", "b.x shadow"));
}

TEST(WafEngine, CountsARuleOnceAndUpToTheLevel) {
  auto second = rule("a.two", "evil");
  second.paranoia = 2;
  Parts parts;
  parts.add(Channel::kField, "f", "evil");
  parts.add(Channel::kField, "g", "evil");
  EXPECT_THAT(found(make({rule("a.one", "evil"), second}), parts), ElementsAre("a.one"));
  Settings settings;
  settings.policy.detection_paranoia = 2;
  EXPECT_THAT(found(make({rule("a.one", "evil"), second}, settings), parts),
              ElementsAre("a.one", "a.two shadow"));
}

TEST(WafEngine, JudgesFlawsAndFiles) {
  const auto engine = make({rule("a.x", "evil")});
  Parts parts;
  parts.add(Channel::kField, "f", std::string_view("a\0b", 3));
  parts.add(Flaw::kMultipart);
  parts.uploads.push_back({"f", "a.png", "",
                           "\x7f"
                           "ELF evil"});
  EXPECT_THAT(found(engine, parts), ElementsAre("protocol.nul", "protocol.multipart",
                                                "upload.executable", "upload.name-mismatch"));
}

TEST(WafEngine, TellsWhatItDidNotLookAt) {
  Settings settings;
  settings.policy.paranoia = 2;
  settings.max_text_bytes = 8;
  const auto engine = make({rule("a.x", "evil")}, settings);
  EXPECT_THAT(found(engine, one(Channel::kField, "f", "0123evil")), ElementsAre("a.x"));
  EXPECT_THAT(found(engine, one(Channel::kField, "f", "01234evil")),
              ElementsAre("protocol.body-cut"));
}

}  // namespace
}  // namespace tidegate::waf
