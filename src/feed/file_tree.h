// Which files a set of paths means: files as they are, directories with everything below them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feed/source_file.h"

namespace tidegate::feed {

// A file's syntax by its ending: .yaml and .yml, .json. Absent for anything else.
std::optional<Syntax> find_syntax(std::string_view name);
// Entries of a directory that are never resources: editors' and Kubernetes' own (`.x.yaml.swp`,
// `..data`).
bool is_hidden(std::string_view name);
std::string join_path(std::string_view directory, std::string_view name);

// Told what a listing depends on, *before* it is looked at, so that no change falls in between.
class TreeObserver {
 public:
  virtual ~TreeObserver() = default;
  virtual void on_listing(const std::string& directory) = 0;
  virtual void on_file(const std::string& directory, std::string_view name) = 0;
  virtual void on_link(const std::string& directory, std::string_view name) = 0;
};

struct TreeProblem {
  std::string path;
  std::string message;
};

struct FoundFile {
  std::string path;  // the root, or below it; without "." and doubled slashes
  Syntax syntax;
  std::size_t root;  // index of the root it was found under
};

// Whether a file stands before another in list_files' order, under the same root.
bool listed_before(std::string_view path, std::string_view other);
// The root directory that a path, as events name it, lies below; absent when there is none.
std::optional<std::size_t> find_root(const std::vector<std::string>& roots, std::string_view path);
// "./a//b/" as "a/b": paths are compared as text.
std::string normal_path(const std::string& path);

// Lists the files that `roots` mean: roots in their order, directories sorted by name, each file
// once. A root that does not exist, and a directory that cannot be read, are problems. Links are
// followed, a directory is entered only once. A root file is YAML unless it ends in .json.
std::vector<FoundFile> list_files(const std::vector<std::string>& roots, TreeObserver& observer,
                                  std::vector<TreeProblem>& problems);

}  // namespace tidegate::feed
