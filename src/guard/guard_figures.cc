// What the guard says of texts, by family, at its usual configuration.
//
//   guard_figures [RULES...] < TEXTS      RULES are left out, as `exclude` names them: model
//
// A line is a family, "attack" or "honest", a channel, and the text with \n, \t and \\ escaped,
// with tabs between them; tools/guard/texts.py writes it. Prints of each family how many there are,
// and the share that is blocked, that is flagged (3 points) and that the model takes for attacks;
// then the area under the curve of all points.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "guard/engine.h"
#include "guard/rule_file.h"

namespace {

using namespace tidegate::guard;

constexpr int kBlock = 500;
constexpr int kFlag = 300;

struct Family {
  bool attack = false;
  int texts = 0;
  int blocked = 0;
  int flagged = 0;
  int modelled = 0;
};

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at];
      continue;
    }
    const char c = text[++at];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
  }
  return out;
}

// The share of pairs in which the attack has more points, ties as half.
double area(std::vector<int> attacks, std::vector<int> honest) {
  std::ranges::sort(honest);
  double sum = 0;
  for (const int points : attacks) {
    const auto [low, high] = std::ranges::equal_range(honest, points);
    sum += static_cast<double>(low - honest.begin()) + static_cast<double>(high - low) / 2;
  }
  return sum / (static_cast<double>(attacks.size()) * static_cast<double>(honest.size()));
}

Engine make_engine(std::vector<std::string> exclude) {
  Policy policy;
  policy.exclude = std::move(exclude);
  for (const auto channel : {Channel::kToolResult, Channel::kDocument}) {
    policy.weights[static_cast<std::size_t>(channel)] = 125;
  }
  auto rules = builtin_prompt_rules();
  if (!rules) std::exit(1);
  auto engine = Engine::make({std::move(*rules)}, policy);
  if (!engine) std::exit(1);
  return std::move(*engine);
}

bool is_modelled(const Score& score) {
  return std::ranges::any_of(score.rules, [](auto* rule) { return rule->category == "model"; });
}

}  // namespace

int main(int argc, char** argv) {
  const auto engine = make_engine({argv + 1, argv + argc});
  std::map<std::string, Family> families;
  std::vector<int> attacks;
  std::vector<int> honest;
  for (std::string line; std::getline(std::cin, line);) {
    const auto a = line.find('\t');
    const auto b = line.find('\t', a + 1);
    const auto c = line.find('\t', b + 1);
    if (c == std::string::npos) continue;
    const auto channel = parse_channel(std::string_view(line).substr(b + 1, c - b - 1));
    std::vector<Hit> hits;
    const auto text = unescape(std::string_view(line).substr(c + 1));
    if (!channel || !engine.look(text, *channel, 0, hits)) return 1;
    const auto score = add_up(hits, engine.policy());
    auto& family = families[line.substr(0, a)];
    family.attack = line.substr(a + 1, b - a - 1) == "attack";
    ++family.texts;
    family.blocked += score.points >= kBlock;
    family.flagged += score.points >= kFlag;
    family.modelled += is_modelled(score);
    (family.attack ? attacks : honest).push_back(score.points);
  }
  fmt::print("| family | | texts | blocked | flagged | model |\n|---|---|---|---|---|---|\n");
  for (const auto& [name, one] : families) {
    const auto share = [&](int count) { return 100.0 * count / one.texts; };
    fmt::print("| {} | {} | {} | {:.1f} % | {:.1f} % | {:.1f} % |\n", name,
               one.attack ? "attack" : "honest", one.texts, share(one.blocked), share(one.flagged),
               share(one.modelled));
  }
  if (!attacks.empty() && !honest.empty())
    fmt::print("\narea under the curve {:.3f}\n", area(attacks, honest));
  return 0;
}
