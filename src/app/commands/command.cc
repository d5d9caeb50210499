#include "app/commands/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "app/commands/usage_error.h"
#include "app/exit_codes.h"

namespace tidegate::app {
namespace {

std::optional<double> find_unit(std::string_view unit) {
  if (unit == "us") return 1.0;
  if (unit == "ms") return 1e3;
  if (unit == "s") return 1e6;
  if (unit == "m") return 6e7;
  return std::nullopt;
}

std::optional<std::chrono::microseconds> parse_time(std::string_view text) {
  if (text == "0") return std::chrono::microseconds(0);
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || number < 0 || number > 1e9) return std::nullopt;
  const auto digits = static_cast<std::size_t>(parsed.ptr - text.data());
  const auto unit = find_unit(text.substr(digits));
  if (!unit || number * *unit > 1e15) return std::nullopt;
  return std::chrono::microseconds(static_cast<std::int64_t>(number * *unit));
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// The options that a failed parse was about: those of the command named, if any.
const CLI::App& deepest_parsed(const CLI::App& command) {
  const auto parsed = command.get_subcommands();
  return parsed.empty() ? command : deepest_parsed(*parsed.front());
}

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : full_name(*parent) + " " + command.get_name();
}

OptionFacts make_facts(const CLI::Option& option) {
  OptionFacts facts;
  for (const auto& name : option.get_snames()) facts.flags.push_back("-" + name);
  for (const auto& name : option.get_lnames()) facts.flags.push_back("--" + name);
  facts.description = first_line(option.get_description());
  facts.type = option.get_type_name();
  facts.takes_value = option.get_items_expected_max() > 0;
  return facts;
}

UsageError make_usage_error(const CLI::App& root, const CLI::ParseError& parse_error) {
  const CLI::App& command = deepest_parsed(root);
  UsageError error;
  error.command = full_name(command);
  for (const CLI::Option* option : command.get_options()) {
    for (const auto& flag : make_facts(*option).flags) error.flags.push_back(flag);
  }
  for (const CLI::App* below : command.get_subcommands([](const CLI::App*) { return true; })) {
    error.commands.push_back(below->get_name());
  }
  error.unknown = command.remaining();
  error.detail = parse_error.what();
  return error;
}

// "tidegate help run" asks what "tidegate run --help" does. The last word comes first, as the
// parser takes them.
std::vector<std::string> read_arguments(int argc, char** argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  std::ranges::reverse(words);
  return words;
}

}  // namespace

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::from_environment(const std::string& name) {
  option_->envname(name);
  return *this;
}

Option& Option::type(const std::string& name) {
  option_->type_name(name);
  return *this;
}

Option& Option::show_default() {
  option_->capture_default_str();
  return *this;
}

Option& Option::show_default(const std::string& text) {
  option_->default_str(text);
  return *this;
}

Option& Option::one_of(const std::vector<std::string>& values) {
  option_->check(CLI::IsMember(values));
  return *this;
}

Option& Option::between(int least, int most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option& Option::between(double least, double most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option& Option::existing_path() {
  option_->check(CLI::ExistingPath.description(""));
  return *this;
}

Option& Option::needs(const Option& other) {
  option_->needs(other.option_);
  return *this;
}

Option& Option::expect(int least, int most) {
  option_->expected(least, most);
  return *this;
}

Option& Option::one_value_each_time() {
  option_->allow_extra_args(false);
  return *this;
}

Command Command::add_command(const std::string& name, const std::string& summary) {
  return Command(command_->add_subcommand(name, summary));
}

void Command::require_command() { command_->require_subcommand(1); }

void Command::describe(const std::string& text) { command_->description(text); }

void Command::footer(const std::string& text) { command_->footer(text); }

Option Command::add_option(const std::string& flags, std::string& target, const std::string& help) {
  return Option(command_->add_option(flags, target, help));
}

Option Command::add_option(const std::string& flags, std::vector<std::string>& target,
                           const std::string& help) {
  return Option(command_->add_option(flags, target, help));
}

Option Command::add_option(const std::string& flags, std::size_t& target, const std::string& help) {
  return Option(command_->add_option(flags, target, help));
}

Option Command::add_option(const std::string& flags, std::uint32_t& target,
                           const std::string& help) {
  return Option(command_->add_option(flags, target, help));
}

Option Command::add_option(const std::string& flags, std::uint16_t& target,
                           const std::string& help) {
  return Option(command_->add_option(flags, target, help));
}

Option Command::add_option(const std::string& flags, double& target, const std::string& help) {
  return Option(command_->add_option(flags, target, help));
}

Option Command::add_option(const std::string& flags, std::chrono::microseconds& target,
                           const std::string& help) {
  const auto take = [&target, flags](const std::string& text) {
    const auto time = parse_time(text);
    if (!time) {
      throw CLI::ValidationError(
          flags, fmt::format("\"{}\" is no length of time such as 20ms, 1.5s, 2m or 0", text));
    }
    target = *time;
  };
  return Option(command_->add_option_function<std::string>(flags, take, help)->type_name("TIME"));
}

void Command::add_flag(const std::string& flags, bool& target, const std::string& help) {
  command_->add_flag(flags, target, help);
}

void Command::set_work(int& exit_code, std::function<int()> work) {
  command_->callback([&exit_code, work = std::move(work)] {
    try {
      exit_code = work();
    } catch (const std::exception& error) {
      fmt::print(stderr, "tidegate: {}\n", error.what());
      exit_code = kExitFailure;
    }
  });
}

std::string Command::name() const { return command_->get_name(); }

std::string Command::summary() const { return first_line(command_->get_description()); }

std::vector<OptionFacts> Command::options() const {
  std::vector<OptionFacts> found;
  for (const CLI::Option* option : std::as_const(*command_).get_options()) {
    if (!option->get_positional()) found.push_back(make_facts(*option));
  }
  return found;
}

std::vector<Command> Command::commands() const {
  std::vector<Command> found;
  for (CLI::App* command : command_->get_subcommands([](const CLI::App*) { return true; })) {
    found.emplace_back(command);
  }
  return found;
}

CommandLine::CommandLine(const std::string& name, const std::string& description,
                         const std::string& version)
    : root_(std::make_unique<CLI::App>(description, name)) {
  root_->require_subcommand(1);
  root_->set_version_flag("-V,--version", name + " " + version, "Print the version and exit");
}

CommandLine::~CommandLine() = default;

int CommandLine::run(int argc, char** argv, const int& exit_code) {
  try {
    root_->parse(read_arguments(argc, argv));
  } catch (const CLI::Success& asked_for_help) {
    return root_->exit(asked_for_help);
  } catch (const CLI::ParseError& error) {
    std::fputs(explain_usage_error(make_usage_error(*root_, error)).c_str(), stderr);
    return kExitUsage;
  }
  return exit_code;
}

}  // namespace tidegate::app
