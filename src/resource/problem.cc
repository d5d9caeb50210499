#include "resource/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>
#include <vector>

#include "json/writer.h"

namespace tidegate::resource {
namespace {

std::vector<const Problem*> in_order(std::span<const Problem> problems) {
  std::vector<const Problem*> order;
  order.reserve(problems.size());
  for (const auto& problem : problems) order.push_back(&problem);
  std::ranges::sort(order, {}, [](const Problem* problem) {
    const std::string_view file = problem->file ? std::string_view(*problem->file) : "";
    return std::tuple(file, problem->line, problem->column, problem);
  });
  return order;
}

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
  }
  return "error";
}

}  // namespace

bool has_errors(std::span<const Problem> problems) {
  return std::ranges::any_of(problems,
                             [](const Problem& p) { return p.severity == Severity::kError; });
}

std::string format_problem(const Problem& problem) {
  fmt::memory_buffer out;
  const auto add = [&out](std::string_view text) {
    if (!text.empty()) fmt::format_to(std::back_inserter(out), "{}: ", text);
  };
  if (problem.file && problem.line > 0) {
    add(fmt::format("{}:{}", *problem.file, problem.line));
  } else if (problem.file) {
    add(*problem.file);
  }
  add(problem.object);
  add(problem.path);
  if (problem.severity == Severity::kWarning) add("warning");
  out.append(problem.message);
  return fmt::to_string(out);
}

std::string format_problems(std::span<const Problem> problems) {
  std::string out;
  for (const auto* problem : in_order(problems)) out += format_problem(*problem) + "\n";
  return out;
}

std::string format_problems_json(std::span<const Problem> problems) {
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const auto* problem : in_order(problems)) {
    writer.begin_object().member("severity", name_of(problem->severity));
    if (problem->file) writer.member("file", *problem->file);
    if (problem->line > 0) writer.member("line", std::uint64_t{problem->line});
    if (problem->column > 0) writer.member("column", std::uint64_t{problem->column});
    if (!problem->object.empty()) writer.member("object", problem->object);
    if (!problem->path.empty()) writer.member("path", problem->path);
    writer.member("message", problem->message).end_object();
  }
  writer.end_array();
  return out;
}

}  // namespace tidegate::resource
