#include "pii/restore.h"

#include <algorithm>

#include "json/text.h"
#include "pii/check/digits.h"

namespace tidegate::pii {
namespace {

std::size_t index(Restorer::In in) { return static_cast<std::size_t>(in); }

}  // namespace

Restorer::Restorer(const Placeholders& placeholders) {
  for (const auto& [placeholder, value] : placeholders.values()) {
    std::string name = placeholder.substr(1, placeholder.size() - 2);
    std::ranges::transform(name, name.begin(), to_lower);
    std::string escaped;
    json::append_escaped(escaped, value);
    keys_[index(In::kText)].push_back({"<" + name + ">", value});
    keys_[index(In::kJson)].push_back({"<" + name + ">", escaped});
    keys_[index(In::kJson)].push_back({"\\u003c" + name + "\\u003e", escaped});
  }
  for (auto& keys : keys_) std::ranges::sort(keys, {}, &Key::spelled);
}

// `text` is in lower case.
Restorer::Match Restorer::match(std::string_view text, In in, const Key** found) const {
  const auto& keys = keys_[index(in)];
  const auto key = std::ranges::lower_bound(keys, text, {}, &Key::spelled);
  if (key == keys.end() || !key->spelled.starts_with(text)) return Match::kNone;
  *found = &*key;
  return key->spelled.size() == text.size() ? Match::kWhole : Match::kPart;
}

void Restorer::step(State& state, char c, In in, std::string& out, bool& changed) const {
  // What is behind a character that turns out to begin nothing is read again, since it may begin
  // something; it is shorter than a placeholder.
  std::string again(1, c);
  for (std::size_t at = 0; at < again.size();) {
    const char next = again[at++];
    if (state.held.empty()) {
      const bool begins = next == '<' || (next == '\\' && in == In::kJson);
      if (!begins || state.after_backslash) {
        out += next;
        state.after_backslash = false;
        continue;
      }
    }
    state.held += next;
    std::string spelled(state.held);
    std::ranges::transform(spelled, spelled.begin(), to_lower);
    const Key* key = nullptr;
    switch (match(spelled, in, &key)) {
      case Match::kPart:
        break;
      case Match::kWhole:
        out += key->value;
        state.held.clear();
        changed = true;
        break;
      case Match::kNone:
        out += state.held.front();
        state.after_backslash = in == In::kJson && state.held.front() == '\\';
        again.replace(0, at, state.held, 1);
        at = 0;
        state.held.clear();
        break;
    }
  }
}

bool Restorer::feed(State& state, std::string_view piece, In in, std::string& out) const {
  bool changed = !state.held.empty();
  while (!piece.empty()) {
    if (state.held.empty() && !state.after_backslash) {
      const auto plain =
          std::min(in == In::kJson ? piece.find_first_of("<\\") : piece.find('<'), piece.size());
      out += piece.substr(0, plain);
      piece.remove_prefix(plain);
      if (piece.empty()) break;
    }
    step(state, piece.front(), in, out, changed);
    piece.remove_prefix(1);
  }
  return changed || !state.held.empty();
}

void Restorer::finish(State& state, std::string& out) const {
  out += state.held;
  state = {};
}

std::string Restorer::restore(std::string_view text, In in) const {
  State state;
  std::string out;
  feed(state, text, in, out);
  finish(state, out);
  return out;
}

}  // namespace tidegate::pii
