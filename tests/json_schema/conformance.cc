// Runs files of the JSON Schema Test Suite:
//
//   json_schema_conformance UNSUPPORTED.txt DRAFT=FOLDER...
//
// DRAFT is what "$schema" of a case without one is taken for ("draft-07", "2020-12").
// UNSUPPORTED.txt has lines "DRAFT/FILE: GROUP # WHY": their schemas must be refused. Any other
// schema must compile, and each of its tests give what the suite says. Last line of the output: "N
// passed, N failed". Exit: 0 all passed, 1 some failed.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/cursor.h"
#include "json/scan.h"
#include "json/text.h"
#include "schema/schema.h"

namespace {

using namespace tidegate;
namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string text_of(std::string_view object, std::string_view name) {
  const std::string_view raw = json::unquote(json::find_member(object, name).value_or(""));
  std::string out(raw.size(), '\0');
  out.resize(json::decode_escapes(raw, out.data()));
  return out;
}

// The schema, saying its draft.
std::string with_draft(std::string_view schema, std::string_view draft) {
  if (!schema.starts_with('{') || json::find_member(schema, "$schema")) return std::string(schema);
  const bool is_empty = !json::ObjectCursor(schema).next();
  const std::string_view named = draft == "draft-07"
                                     ? "http://json-schema.org/draft-07/schema#"
                                     : "https://json-schema.org/draft/2020-12/schema";
  return fmt::format(R"({{"$schema":"{}"{}{})", named, is_empty ? "" : ",", schema.substr(1));
}

class Suite {
 public:
  explicit Suite(const fs::path& unsupported) {
    std::ifstream in(unsupported);
    for (std::string line; std::getline(in, line);) {
      if (const auto end = line.find(" # "); end != line.npos)
        unsupported_.insert(line.substr(0, end));
    }
  }

  void run_folder(std::string_view draft, const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    if (files.empty()) fail(folder.string(), "has no tests");
    for (const fs::path& file : files) {
      const std::string text = read_file(file);
      const auto range = json::validate(text, Origin::kInternal);
      if (!range) {
        fail(file.string(), "is no JSON");
        continue;
      }
      json::ArrayCursor groups(range->of(text));
      while (const auto group = groups.next()) {
        run_group(draft, fmt::format("{}/{}", draft, file.stem().string()), *group);
      }
    }
  }

  int finish() const {
    for (const std::string& one : unsupported_) {
      fmt::print("failed: {}: listed as unsupported, and there is no such group\n", one);
    }
    const std::size_t failed = failed_ + unsupported_.size();
    fmt::print("{} groups are not supported\n{} passed, {} failed\n", refused_, passed_, failed);
    return failed == 0 ? 0 : 1;
  }

 private:
  void run_group(std::string_view draft, const std::string& file, std::string_view group) {
    const std::string name = file + ": " + text_of(group, "description");
    const std::string schema = with_draft(json::find_member(group, "schema").value_or(""), draft);
    const auto compiled = schema::Schema::compile(schema);
    if (unsupported_.erase(name) > 0) {
      ++refused_;
      if (compiled) fail(name, "listed as unsupported, and compiles");
      return;
    }
    if (!compiled) return fail(name, compiled.error().detail);
    json::ArrayCursor tests(json::find_member(group, "tests").value_or("[]"));
    while (const auto test = tests.next()) {
      const auto told = compiled->check(json::find_member(*test, "data").value_or(""));
      const bool expected = json::find_member(*test, "valid") == "true";
      const std::string full = name + ": " + text_of(*test, "description");
      if (!told) {
        fail(full, told.error().detail);
      } else if (told->empty() != expected) {
        fail(full, expected ? schema::to_string(*told) : "taken for valid");
      } else {
        ++passed_;
      }
    }
  }

  void fail(const std::string& name, std::string_view why) {
    ++failed_;
    fmt::print("failed: {}: {}\n", name, why);
  }

  std::set<std::string> unsupported_;
  std::size_t passed_ = 0;
  std::size_t failed_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (arguments.size() < 2) {
    fmt::print(stderr, "usage: json_schema_conformance UNSUPPORTED.txt DRAFT=FOLDER...\n");
    return 2;
  }
  Suite suite(arguments[0]);
  for (const std::string_view one : std::span(arguments).subspan(1)) {
    const auto equals = std::min(one.find('='), one.size() - 1);
    suite.run_folder(one.substr(0, equals), one.substr(equals + 1));
  }
  return suite.finish();
}
