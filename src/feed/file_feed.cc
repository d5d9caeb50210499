#include "feed/file_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <string_view>
#include <utility>

#include "feed/file_tree.h"

namespace tidegate::feed {
namespace {

using resource::Problem;
using resource::Severity;

Problem make_problem(const std::string& path, std::string message, Severity severity) {
  return {std::make_shared<const std::string>(path), 0, 0, "", "", std::move(message), severity};
}

// Sets watches while the files are listed. A directory that cannot be watched is a warning: its
// files count, but their changes are not noticed.
class WatchingObserver final : public TreeObserver {
 public:
  WatchingObserver(FileWatcher& watcher, std::vector<Problem>& problems)
      : watcher_(watcher), problems_(problems) {
    watcher_.begin_round();
  }
  ~WatchingObserver() override { watcher_.end_round(); }
  WatchingObserver(const WatchingObserver&) = delete;
  WatchingObserver& operator=(const WatchingObserver&) = delete;

  void on_listing(const std::string& directory) override {
    check(directory, watcher_.watch_listing(directory));
  }
  void on_file(const std::string& directory, std::string_view name) override {
    check(directory, watcher_.watch_file(directory, name));
  }
  void on_link(const std::string& directory, std::string_view name) override {
    check(directory, watcher_.watch_link(directory, name));
  }

 private:
  void check(const std::string& directory, const Result<void>& result) {
    if (result) return;
    problems_.push_back(make_problem(directory, result.error().detail, Severity::kWarning));
  }

  FileWatcher& watcher_;
  std::vector<Problem>& problems_;
};

// Finds objects that are defined more than once, in all files together.
class DuplicateFinder {
 public:
  DuplicateFinder(std::size_t objects, std::vector<Problem>& problems)
      : problems_(problems), slots_(std::bit_ceil(2 * objects + 1)) {
    places_.reserve(objects);
  }

  void add(const SourceFile& file) {
    for (std::size_t i = 0; i < file.objects().size(); ++i) add(Place{&file, i});
  }

 private:
  struct Place {
    const SourceFile* file;
    std::size_t object;

    std::uint64_t hash() const { return file->key_hash(object); }
    decode::ObjectKey key() const { return decode::key_of(file->objects()[object]); }
  };

  void add(const Place& place) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = place.hash() & mask;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
      const Place& other = places_[slots_[slot] - 1];
      if (other.hash() != place.hash() || other.key() != place.key()) continue;
      return report(place.key(), other, place);
    }
    places_.push_back(place);
    slots_[slot] = static_cast<std::uint32_t>(places_.size());
  }

  void report(const decode::ObjectKey& key, const Place& first, const Place& second) {
    Problem problem;
    problem.file = second.file->name();
    problem.line = second.file->line_of(second.object);
    problem.column = 1;
    problem.object = key.namespace_.empty()
                         ? fmt::format("{} {}", key.kind, key.name)
                         : fmt::format("{} {}/{}", key.kind, key.namespace_, key.name);
    problem.message = fmt::format("is defined already at {}:{}", *first.file->name(),
                                  first.file->line_of(first.object));
    problems_.push_back(std::move(problem));
  }

  std::vector<Problem>& problems_;
  std::vector<Place> places_;         // the first of each key
  std::vector<std::uint32_t> slots_;  // open addressing: an index into places_ plus 1, or 0
};

}  // namespace

FileFeed::FileFeed(std::vector<std::string> paths) : roots_(std::move(paths)) {
  for (auto& root : roots_) root = normal_path(root);
}

Update FileFeed::load() {
  for (auto& file : files_) file->stamp.reset();
  return rescan();
}

Update FileFeed::reload(std::span<const std::string> changed) {
  for (const auto& path : changed) {
    if (!take_path(path)) return rescan();
  }
  return assemble();
}

bool FileFeed::take_path(const std::string& path) {
  if (const auto known = by_path_.find(path); known != by_path_.end()) {
    if (read(*known->second)) return true;
    if (std::ranges::find(roots_, path) != roots_.end()) return false;
    forget(*known->second);
    std::erase_if(files_, [&](const auto& file) { return file.get() == known->second; });
    by_path_.erase(known);
    return true;
  }
  const auto root = find_root(roots_, path);
  const auto syntax = find_syntax(path);
  if (!root || !syntax) return false;
  auto file = std::make_unique<File>(SourceFile(path, *syntax), *root, std::nullopt);
  if (!read(*file)) return true;  // came and went
  const auto after = std::ranges::find_if(files_, [&](const auto& other) {
    return other->root > *root || (other->root == *root && listed_before(path, other->path()));
  });
  by_path_.emplace(path, file.get());
  files_.insert(after, std::move(file));
  other_set_ = other_names_ = true;
  return true;
}

std::optional<Update> FileFeed::poll_changes() {
  const FileChanges changes = watcher_.take_changes();
  if (!changes.rescan && changes.paths.empty()) return std::nullopt;
  Update update = changes.rescan ? rescan() : reload(changes.paths);
  if (update.effect == Effect::kUnchanged) return std::nullopt;
  return update;
}

// Looks through all directories again; reads what is new or has another stamp.
Update FileFeed::rescan() {
  tree_problems_.clear();
  std::vector<TreeProblem> missing;
  std::vector<FoundFile> found;
  {
    WatchingObserver observer(watcher_, tree_problems_);
    found = list_files(roots_, observer, missing);
  }
  for (auto& [path, message] : missing) {
    tree_problems_.push_back(make_problem(path, std::move(message), Severity::kError));
  }
  std::unordered_map<std::string, std::unique_ptr<File>> before;
  before.reserve(files_.size());
  for (auto& file : files_) before.emplace(file->path(), std::move(file));
  files_.clear();
  by_path_.clear();
  by_path_.reserve(found.size());
  for (const auto& [path, syntax, root] : found) {
    auto known = before.extract(path);
    std::unique_ptr<File> file =
        known ? std::move(known.mapped())
              : std::make_unique<File>(SourceFile(path, syntax), root, std::nullopt);
    const bool fresh = known.empty();
    const bool same = !fresh && file->stamp && file->stamp == find_stamp(path);
    if (!same && !read(*file)) {
      if (!fresh) before.emplace(path, std::move(file));  // went away in between
      continue;
    }
    if (fresh) other_set_ = other_names_ = true;
    file->root = root;
    by_path_.emplace(path, file.get());
    files_.push_back(std::move(file));
  }
  for (const auto& [path, file] : before) forget(*file);
  return assemble();
}

void FileFeed::forget(const File& file) {
  if (!file.source.problems().empty()) --files_with_problems_;
  other_set_ = other_names_ = true;
}

bool FileFeed::read(File& file) {
  auto content = read_file(file.path());
  if (!content && content.error().code == ErrorCode::kNotFound) return false;
  const bool had_problems = !file.source.problems().empty();
  const auto change = content ? file.source.update(content->text.view())
                              : file.source.set_unreadable(content.error().detail);
  file.stamp = content ? content->stamp : std::nullopt;
  if (had_problems) --files_with_problems_;
  if (!file.source.problems().empty()) ++files_with_problems_;
  switch (change) {
    case SourceFile::Change::kSame:
      break;
    case SourceFile::Change::kContent:
      std::ranges::move(file.source.take_replacements(), std::back_inserter(replacements_));
      break;
    case SourceFile::Change::kDifferent:
      other_set_ = other_names_ = true;
      break;
  }
  return true;
}

// Looks at every file only when there is something to find.
std::vector<Problem> FileFeed::collect_problems() {
  std::vector<Problem> problems = tree_problems_;
  if (files_with_problems_ > 0) {
    for (const auto& file : files_) {
      const auto more = file->source.problems();
      problems.insert(problems.end(), more.begin(), more.end());
    }
  }
  // Those that are known may stand on other lines now.
  if (other_names_ || !duplicates_.empty()) {
    duplicates_.clear();
    std::size_t objects = 0;
    for (const auto& file : files_) objects += file->source.objects().size();
    DuplicateFinder finder(objects, duplicates_);
    for (const auto& file : files_) finder.add(file->source);
    other_names_ = false;
  }
  problems.insert(problems.end(), duplicates_.begin(), duplicates_.end());
  return problems;
}

std::shared_ptr<resource::ResourceSet> FileFeed::make_set() const {
  if (good_ == nullptr || other_set_) {
    auto set = std::make_shared<resource::ResourceSet>();
    for (const auto& file : files_) {
      for (const auto& object : file->source.objects()) decode::add_to(*set, object);
    }
    return set;
  }
  auto set = std::make_shared<resource::ResourceSet>(*good_);
  for (const auto& [before, now] : replacements_) decode::replace_in(*set, before, now);
  return set;
}

Update FileFeed::assemble() {
  Update update;
  update.problems = collect_problems();
  update.resources = good_;
  if (resource::has_errors(update.problems)) {
    update.effect = Effect::kKept;
    return update;
  }
  if (good_ != nullptr && !other_set_ && replacements_.empty()) return update;
  good_ = make_set();
  replacements_.clear();
  other_set_ = false;
  update.effect = Effect::kApplied;
  update.resources = good_;
  return update;
}

}  // namespace tidegate::feed
