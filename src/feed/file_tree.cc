#include "feed/file_tree.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace tidegate::feed {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;  // as the kernel follows for one path

// "/etc/gw" and "x.yaml" of "/etc/gw/x.yaml"; the directory of a plain name is ".".
std::pair<std::string, std::string> split_path(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return {".", std::string(path)};
  return {std::string(slash == 0 ? "/" : path.substr(0, slash)),
          std::string(path.substr(slash + 1))};
}

class Lister {
 public:
  Lister(TreeObserver& observer, std::vector<TreeProblem>& problems)
      : observer_(observer), problems_(problems) {}

  void add_root(const std::string& root, std::size_t index) {
    root_ = index;
    observe_links(root);
    struct stat status{};
    if (stat(root.c_str(), &status) != 0) {
      const int error = errno;
      const auto [directory, name] = split_path(root);
      observer_.on_file(directory, name);
      problems_.push_back({root, std::generic_category().message(error)});
    } else if (S_ISDIR(status.st_mode)) {
      add_directory(root);
    } else {
      const auto [directory, name] = split_path(root);
      observer_.on_file(directory, name);
      add_file(root, find_syntax(root).value_or(Syntax::kYaml));
    }
  }

  std::vector<FoundFile> take() { return std::move(files_); }

 private:
  void add_directory(const std::string& directory) {
    observer_.on_listing(directory);
    struct stat status{};
    if (stat(directory.c_str(), &status) != 0) return;  // gone since it was listed
    if (!entered_.insert({status.st_dev, status.st_ino}).second) return;
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator at(directory, error), end; !error && at != end;
         at.increment(error)) {
      if (!is_hidden(at->path().filename().native())) entries.push_back(*at);
    }
    if (error) problems_.push_back({directory, error.message()});
    std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) -> const std::string& {
      return entry.path().native();
    });
    for (const auto& entry : entries) add_entry(directory, entry);
  }

  // The entry knows its type from the listing, which saves asking the system for most.
  void add_entry(const std::string& directory, const fs::directory_entry& entry) {
    const std::string path = join_path(directory, entry.path().filename().native());
    const auto syntax = find_syntax(path);
    std::error_code error;
    if (entry.is_symlink(error)) observe_links(path);
    if (entry.is_directory(error)) {
      add_directory(path);
    } else if (syntax && entry.is_symlink(error) && !entry.exists(error)) {
      problems_.push_back({path, "leads to nothing"});
    } else if (syntax) {
      add_file(path, *syntax);
    }
  }

  void add_file(const std::string& path, Syntax syntax) {
    if (added_.insert(path).second) files_.push_back({path, syntax, root_});
  }

  // Tells of every link on the way to what `path` means, and of the file at the end of a link.
  void observe_links(const std::string& path) {
    fs::path done;
    fs::path rest = path;
    bool linked = false;
    for (int links = 0; !rest.empty();) {
      const fs::path step = *rest.begin();
      fs::path after;
      for (auto part = std::next(rest.begin()); part != rest.end(); ++part) after /= *part;
      const fs::path here = done / step;
      std::error_code error;
      const fs::path target = fs::read_symlink(here, error);
      if (error) {
        done = here;
        rest = after;
        continue;
      }
      if (++links > kMaxLinks) return;
      observer_.on_link(done.empty() ? "." : done.string(), step.string());
      linked = true;
      if (target.is_absolute()) done.clear();
      rest = after.empty() ? target : target / after;
    }
    std::error_code error;
    if (linked && fs::is_regular_file(done, error)) {
      observer_.on_link(done.has_parent_path() ? done.parent_path().string() : ".",
                        done.filename().string());
    }
  }

  TreeObserver& observer_;
  std::vector<TreeProblem>& problems_;
  std::size_t root_ = 0;
  std::vector<FoundFile> files_;
  std::set<std::string> added_;
  std::set<std::pair<dev_t, ino_t>> entered_;
};

}  // namespace

std::optional<Syntax> find_syntax(std::string_view name) {
  if (name.ends_with(".yaml") || name.ends_with(".yml")) return Syntax::kYaml;
  if (name.ends_with(".json")) return Syntax::kJson;
  return std::nullopt;
}

std::string normal_path(const std::string& path) {
  std::string normal = fs::path(path).lexically_normal().string();
  while (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
  return normal;
}

bool listed_before(std::string_view path, std::string_view other) {
  // A directory's entries are sorted by name, so the end of a name comes before any character.
  return std::ranges::lexicographical_compare(path, other, [](char a, char b) {
    const int left = a == '/' ? -1 : static_cast<unsigned char>(a);
    const int right = b == '/' ? -1 : static_cast<unsigned char>(b);
    return left < right;
  });
}

std::optional<std::size_t> find_root(const std::vector<std::string>& roots, std::string_view path) {
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const std::string& root = roots[i];
    const bool below = path.size() > root.size() + 1 && path.starts_with(root) &&
                       (path[root.size()] == '/' || root.ends_with('/'));
    if (below || (root == "." && !path.starts_with('/') && !path.starts_with("../"))) return i;
  }
  return std::nullopt;
}

bool is_hidden(std::string_view name) { return name.starts_with('.'); }

std::string join_path(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (path == ".") return std::string(name);
  if (!path.ends_with('/')) path += '/';
  return path.append(name);
}

std::vector<FoundFile> list_files(const std::vector<std::string>& roots, TreeObserver& observer,
                                  std::vector<TreeProblem>& problems) {
  Lister lister(observer, problems);
  for (std::size_t i = 0; i < roots.size(); ++i) lister.add_root(normal_path(roots[i]), i);
  return lister.take();
}

}  // namespace tidegate::feed
