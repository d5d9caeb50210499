#include "app/explain/explain.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

#include "app/commands/commands.h"
#include "app/commands/option_groups.h"
#include "app/exit_codes.h"
#include "app/explain/explanation_format.h"
#include "app/resource_check.h"
#include "app/terminal.h"
#include "http/chars.h"

namespace tidegate::app {
namespace {

struct ExplainOptions {
  std::vector<std::string> files;
  std::vector<std::string> request;  // [METHOD] URL
  std::vector<std::string> headers;
  std::string body;
  bool json = false;
};

int tell(std::string_view problem, int exit_code) {
  fmt::print(stderr, "tidegate explain: {}\n", problem);
  return exit_code;
}

// False when @file cannot be read.
bool read_body(const std::string& option, std::string& out) {
  if (!option.starts_with('@')) {
    out = option;
    return true;
  }
  std::ifstream file(option.substr(1), std::ios::binary);
  out.assign(std::istreambuf_iterator<char>(file), {});
  return file.is_open();
}

int explain_request(const ExplainOptions& options) {
  Question question;
  question.url = options.request.back();
  if (!read_body(options.body, question.body)) {
    return tell("cannot read " + options.body.substr(1), kExitUsage);
  }
  question.method = options.request.size() == 2 ? options.request.front()
                    : question.body.empty()     ? "GET"
                                                : "POST";
  for (const auto& header : options.headers) {
    const std::size_t colon = header.find(':');
    if (colon == header.npos)
      return tell(fmt::format("-H \"{}\" is no 'Name: value'", header), kExitUsage);
    const std::string_view field = header;
    question.headers.emplace_back(http::trim_ows(field.substr(0, colon)),
                                  http::trim_ows(field.substr(colon + 1)));
  }
  const ResourceCheck check = check_resources(options.files);
  if (!check.compilation) {
    std::fputs(paint_for(stderr).problems(resource::format_problems(check.problems)).c_str(),
               stderr);
    return kExitBadResources;
  }
  route::RouteCache cache;
  const proxy::Snapshot snapshot(*check.compilation->document, cache, nullptr, nullptr,
                                 check.processors.get());
  const auto explanation = explain(snapshot, question);
  if (!explanation) return tell(explanation.error().detail, kExitUsage);
  const std::string text =
      options.json ? format_json(*explanation) : format_text(*explanation, paint_for(stdout));
  std::fputs(text.c_str(), stdout);
  return explanation->answers() ? kExitOk : kExitFailure;
}

}  // namespace

void add_explain(Command cli, int& exit_code) {
  auto options = std::make_shared<ExplainOptions>();
  Command command = cli.add_command("explain", "Tell what a request would meet, and why");
  command.describe(
      "Tell what a request would meet, and why: port, listener, route, rule, match, filters and\n"
      "backends with their endpoints; or why nothing answers. Nothing is sent. The decision is\n"
      "made by the code that serves.");
  add_files(command, options->files).one_value_each_time();
  command
      .add_option("request", options->request,
                  "[METHOD] URL; without METHOD GET, or POST with -d; a URL may be a path alone")
      .required()
      .expect(1, 2);
  command
      .add_option("-H,--header", options->headers, "A header field, 'Name: value'; may be repeated")
      .one_value_each_time()
      .type("FIELD");
  command.add_option("-d,--data", options->body, "The body, or @FILE with it").type("BODY");
  command.add_flag("--json", options->json, "As JSON");
  command.footer(
      "Exit code 0: it would be answered; 1: refused (404, 421, 500 ...); 3: the resources are "
      "wrong.\n"
      "Examples:\n"
      "  tidegate explain -f examples/quickstart /v1/models\n"
      "  tidegate explain -f gateway.yaml POST http://ai.example.com:8080/v1/chat/completions \\\n"
      "    -d '{\"model\":\"gpt-4o\",\"messages\":[]}'");
  command.set_work(exit_code, [options] { return explain_request(*options); });
}

}  // namespace tidegate::app
