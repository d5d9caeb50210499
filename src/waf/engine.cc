#include "waf/engine.h"

#include <algorithm>
#include <array>
#include <utility>

#include "guard/builtin_rules.h"
#include "guard/rule_file.h"
#include "http/header_map.h"
#include "waf/normal.h"

namespace tidegate::waf {
namespace {

using guard::Channel;
using guard::Form;
using guard::Hit;
using guard::Rule;

// Of a file: where what its beginning says would be executed or shown from.
constexpr std::size_t kUploadBytes = 8192;

// Where rules that name no channel look.
bool is_usual(Channel channel) {
  switch (channel) {
    case Channel::kPath:
    case Channel::kQuery:
    case Channel::kField:
    case Channel::kBody:
    case Channel::kFileName:
    case Channel::kName:
    case Channel::kCookie:
      return true;
    default:
      return false;
  }
}

bool matches_name(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) {
    pattern.remove_suffix(1);
    return http::iequals(name.substr(0, pattern.size()), pattern);
  }
  return http::iequals(name, pattern);
}

bool covers(const Exclusion& exclusion, const Rule& rule, const Part& part) {
  if (!exclusion.channels.empty() && !exclusion.channels.has(part.channel)) return false;
  if (!exclusion.rules.empty() && !guard::names_rule(exclusion.rules, rule)) return false;
  return exclusion.names.empty() ||
         std::ranges::any_of(exclusion.names,
                             [&](std::string_view name) { return matches_name(name, part.name); });
}

}  // namespace

// One request, while it is looked at.
class Engine::Look {
 public:
  Look(const Engine& engine, std::vector<Hit>& hits) : engine_(engine), hits_(hits) {}

  Result<void> run(const Parts& parts) {
    std::size_t left = engine_.settings_.max_text_bytes;
    bool cut = false;
    for (auto part : parts.parts) {
      if (part.value.size() > left) {
        part.value = part.value.substr(0, left);
        cut = true;
      }
      left -= part.value.size();
      if (!part.value.empty()) TIDEGATE_TRY_VOID(look(part));
      ++number_;
    }
    const Part whole{Channel::kBody, {}, {}};
    if (cut) add(Check::kBodyCut, whole);
    for (const auto flaw : parts.flaws) add(check_of(flaw), whole);
    return look_at_uploads(parts.uploads);
  }

 private:
  Result<void> look_at_uploads(const std::vector<Upload>& uploads) {
    const auto& policy = engine_.settings_.uploads;
    if (uploads.size() > policy.max_files) add(Check::kTooManyFiles, {Channel::kUpload, {}, {}});
    for (const auto& upload : uploads) {
      const Part part{Channel::kUpload, upload.field, upload.content.substr(0, kUploadBytes)};
      std::vector<Check> checks;
      check_upload(upload, policy, checks);
      for (const auto check : checks) add(check, part);
      TIDEGATE_TRY_VOID(look(part));
      ++number_;
    }
    return {};
  }

  Result<void> look(const Part& part) {
    const auto done = normalize(part.value, text_);
    if (part.channel != Channel::kUpload) {
      if (done.nul) add(Check::kNul, part);
      if (done.control && !done.nul) add(Check::kControlCharacter, part);
      if (done.escaped && part.channel != Channel::kBody && part.channel != Channel::kHeader)
        add(Check::kDoubleEncoding, part);
    }
    std::array<bool, guard::kForms> differs{};
    for (const auto form : {Form::kSql, Form::kShell, Form::kPath}) {
      const auto at = static_cast<std::size_t>(form);
      differs[at] = to_form(form, text_, forms_[at]);
    }
    for (const auto& list : engine_.lists_) {
      TIDEGATE_TRY_VOID(list->patterns.scan(text_, matches_));
      take(*list, part,
           [&](const Rule& rule) { return !differs[static_cast<std::size_t>(rule.form)]; });
      for (const auto form : {Form::kSql, Form::kShell, Form::kPath}) {
        const auto at = static_cast<std::size_t>(form);
        if (!differs[at]) continue;
        TIDEGATE_TRY_VOID(list->patterns.scan(forms_[at], matches_));
        take(*list, part, [form](const Rule& rule) { return rule.form == form; });
      }
    }
    return {};
  }

  template <class Wanted>
  void take(const List& list, const Part& part, const Wanted& wanted) {
    for (const auto& match : matches_) {
      const auto& rule = list.rules[match.pattern];
      const bool here =
          rule.channels.empty() ? is_usual(part.channel) : rule.channels.has(part.channel);
      if (here && wanted(rule)) add(rule, part);
    }
  }

  void add(Check check, const Part& part) {
    add(check_rules()[static_cast<std::size_t>(check)], part);
  }

  void add(const Rule& rule, const Part& part) {
    const auto& policy = engine_.settings_.policy;
    if (rule.paranoia > std::max(policy.paranoia, policy.detection_paranoia)) return;
    if (guard::names_rule(policy.exclude, rule)) return;
    const auto excluded = [&](const Exclusion& one) { return covers(one, rule, part); };
    if (std::ranges::any_of(engine_.settings_.exclusions, excluded)) return;
    if (std::ranges::find(hits_, &rule, &Hit::rule) != hits_.end()) return;
    const bool counts = rule.paranoia <= policy.paranoia && !guard::names_rule(policy.shadow, rule);
    hits_.push_back({&rule, part.channel, guard::Disguise::kNone, counts, number_, 0, 0});
  }

  const Engine& engine_;
  std::vector<Hit>& hits_;
  std::uint32_t number_ = 0;
  std::string text_;
  std::array<std::string, guard::kForms> forms_;
  std::vector<patterns::Match> matches_;
};

Result<Engine> Engine::make(std::vector<std::vector<Rule>> lists, Settings settings) {
  Engine engine(std::move(settings));
  for (auto& rules : lists) {
    if (rules.empty()) continue;
    TIDEGATE_TRY(compiled, patterns::PatternSet::share(guard::patterns_of(rules),
                                                       guard::compiled_web_rules()));
    engine.lists_.push_back(std::make_shared<const List>(std::move(rules), std::move(compiled)));
  }
  return engine;
}

Result<void> Engine::look(const Parts& parts, std::vector<Hit>& hits) const {
  return Look(*this, hits).run(parts);
}

std::size_t Engine::size_bytes() const {
  std::size_t size = 0;
  for (const auto& list : lists_) size += list->patterns.size_bytes();
  return size;
}

}  // namespace tidegate::waf
