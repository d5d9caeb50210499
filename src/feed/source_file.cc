#include "feed/source_file.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>

#include "yaml/parse.h"
#include "yaml/split.h"

namespace tidegate::feed {
namespace {

// Text and length in one number: what a document is recognised by.
std::uint64_t hash_of(std::string_view text) {
  return std::hash<std::string_view>{}(text) ^ (text.size() * 0x9e3779b97f4a7c15ull);
}

std::uint64_t hash_of(const decode::ObjectKey& key) {
  std::uint64_t hash = 0;
  for (const auto part : {key.kind, key.namespace_, key.name}) {
    hash = (hash ^ std::hash<std::string_view>{}(part)) * 0x9e3779b97f4a7c15ull;
  }
  return hash;
}

// The documents of the text before, found by hash. Most keep their order, so the next one in line
// is tried before a table is made.
template <class Documents>
class Recogniser {
 public:
  explicit Recogniser(const Documents& documents) : documents_(documents) {}

  std::optional<std::size_t> find(std::uint64_t hash) {
    if (next_ < documents_.size() && documents_[next_].hash == hash && !taken(next_))
      return take(next_);
    if (table_.empty()) {
      table_.reserve(documents_.size());
      for (std::size_t i = next_; i < documents_.size(); ++i) table_.emplace(documents_[i].hash, i);
    }
    const auto found = table_.find(hash);
    if (found == table_.end() || taken(found->second)) return std::nullopt;
    return take(found->second);
  }

 private:
  bool taken(std::size_t document) const { return document < taken_.size() && taken_[document]; }
  std::size_t take(std::size_t document) {
    if (taken_.size() <= document) taken_.resize(documents_.size());
    taken_[document] = true;
    next_ = document + 1;
    return document;
  }

  const Documents& documents_;
  std::size_t next_ = 0;
  std::vector<bool> taken_;
  std::unordered_map<std::uint64_t, std::size_t> table_;
};

}  // namespace

SourceFile::SourceFile(std::string_view name, Syntax syntax)
    : SourceFile(std::make_shared<const std::string>(name), syntax) {}

SourceFile::SourceFile(std::shared_ptr<const std::string> name, Syntax syntax)
    : name_(std::move(name)), syntax_(syntax) {}

SourceFile::Change SourceFile::update(std::string_view text) {
  SourceFile before = std::exchange(*this, SourceFile(name_, syntax_));
  std::vector<yaml::DocumentText> texts;
  if (syntax_ == Syntax::kYaml) {
    texts = yaml::split_documents(text);
  } else {
    texts.push_back({text, 1});
  }
  documents_.reserve(texts.size());
  objects_.reserve(before.objects_.size());
  key_hashes_.reserve(before.objects_.size());
  Recogniser recogniser(before.documents_);
  bool same = texts.size() == before.documents_.size();
  for (const auto& document : texts) {
    const std::uint64_t hash = hash_of(document.text);
    if (const auto known = recogniser.find(hash)) {
      same = same && *known == documents_.size();
      keep(before, *known, document.first_line);
    } else {
      same = false;
      parse(document.text, hash, document.first_line);
    }
  }
  if (same) return Change::kSame;
  if (before.objects_.empty() || key_hashes_ != before.key_hashes_) return Change::kDifferent;
  find_replacements(before.objects_);
  return replacements_.empty() ? Change::kDifferent : Change::kContent;
}

void SourceFile::find_replacements(std::vector<decode::AnyObject>& before) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (decode::is_null(before[i])) continue;  // kept: it moved over
    replacements_.push_back({std::move(before[i]), objects_[i]});
  }
}

SourceFile::Change SourceFile::set_unreadable(std::string why) {
  const bool same = documents_.empty() && problems_.size() == 1 && problems_[0].message == why;
  *this = SourceFile(name_, syntax_);
  problems_.push_back({name_, 0, 0, "", "", std::move(why), resource::Severity::kError});
  return same ? Change::kSame : Change::kDifferent;
}

std::uint32_t SourceFile::line_of(std::size_t object) const {
  const auto after = std::ranges::upper_bound(documents_, object, {}, &Document::first_object);
  const std::uint32_t line = decode::source_of(objects_[object]).line;
  if (after == documents_.begin()) return line;
  const Document& document = *std::prev(after);
  return line - document.parsed_first_line + document.first_line;
}

void SourceFile::keep(SourceFile& from, std::size_t document, std::uint32_t first_line) {
  const Document& old = from.documents_[document];
  const bool last = document + 1 == from.documents_.size();
  const std::size_t objects_end =
      last ? from.objects_.size() : from.documents_[document + 1].first_object;
  const std::size_t problems_end =
      last ? from.problems_.size() : from.documents_[document + 1].first_problem;
  documents_.push_back({old.hash, first_line, old.parsed_first_line,
                        static_cast<std::uint32_t>(objects_.size()),
                        static_cast<std::uint32_t>(problems_.size())});
  for (std::size_t i = old.first_object; i < objects_end; ++i) {
    objects_.push_back(std::move(from.objects_[i]));
    key_hashes_.push_back(from.key_hashes_[i]);
  }
  for (std::size_t i = old.first_problem; i < problems_end; ++i) {
    auto& problem = problems_.emplace_back(std::move(from.problems_[i]));
    if (problem.line > 0) problem.line = problem.line - old.first_line + first_line;
  }
}

void SourceFile::parse(std::string_view text, std::uint64_t hash, std::uint32_t first_line) {
  documents_.push_back({hash, first_line, first_line, static_cast<std::uint32_t>(objects_.size()),
                        static_cast<std::uint32_t>(problems_.size())});
  Arena arena;
  const auto parsed = syntax_ == Syntax::kYaml ? yaml::parse_yaml(text, arena, first_line)
                                               : yaml::parse_json(text, arena);
  for (const auto& [mark, message] : parsed.problems) {
    problems_.push_back(
        {name_, mark.line, mark.column, "", "", message, resource::Severity::kError});
  }
  if (parsed.root == nullptr) return;
  const decode::Options options{name_, decode::UnknownFields::kError};
  decode::decode_document(*parsed.root, options, objects_, problems_);
  for (std::size_t i = key_hashes_.size(); i < objects_.size(); ++i) {
    key_hashes_.push_back(hash_of(decode::key_of(objects_[i])));
  }
}

}  // namespace tidegate::feed
