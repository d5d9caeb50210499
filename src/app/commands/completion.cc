// Completion scripts, made from the tree of commands: what --help knows, the shell knows.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/commands/commands.h"
#include "app/commands/option_groups.h"
#include "app/exit_codes.h"

namespace tidegate::app {
namespace {

// One option of one command as a shell sees it.
struct Completable {
  std::vector<std::string> flags;  // "-f", "--file"
  std::string description;
  bool takes_value = false;
  bool takes_path = false;
};

std::vector<Completable> list_options(const CLI::App& command) {
  std::vector<Completable> found;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) continue;
    Completable each;
    for (const auto& name : option->get_snames()) each.flags.push_back("-" + name);
    for (const auto& name : option->get_lnames()) each.flags.push_back("--" + name);
    const std::string description = option->get_description();
    each.description = description.substr(0, description.find('\n'));
    each.takes_value = option->get_items_expected_max() > 0;
    const std::string type = option->get_type_name();
    each.takes_path = type.starts_with("PATH") || type.starts_with("FILE");
    found.push_back(std::move(each));
  }
  return found;
}

std::vector<const CLI::App*> list_commands(const CLI::App& cli) {
  return cli.get_subcommands([](const CLI::App*) { return true; });
}

std::string join_flags(const CLI::App& command) {
  std::string words;
  for (const auto& option : list_options(command)) {
    for (const auto& flag : option.flags) words += (words.empty() ? "" : " ") + flag;
  }
  return words;
}

std::string format_bash(const CLI::App& cli) {
  std::string names;
  std::string cases;
  for (const CLI::App* command : list_commands(cli)) {
    names += (names.empty() ? "" : " ") + command->get_name();
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->get_name(), join_flags(*command));
  }
  return fmt::format(
      R"(# bash completion for tidegate; load it with: source <(tidegate completion bash)
_tidegate() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} words="{} {}"
  COMPREPLY=()
  [ "$COMP_CWORD" -gt 1 ] && case ${{COMP_WORDS[1]}} in
{}  esac
  if [ "$COMP_CWORD" -gt 1 ] && [[ $current != -* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
    return
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o filenames -F _tidegate tidegate
)",
      names, join_flags(cli), cases);
}

// Within '...[...]' of _arguments and _describe.
std::string quote_for_zsh(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else if (c == '[' || c == ']' || c == ':') {
      quoted += std::string("\\") + c;
    } else {
      quoted += c;
    }
  }
  return quoted;
}

std::string format_zsh_options(const CLI::App& command) {
  std::string lines;
  for (const auto& option : list_options(command)) {
    const char* value = option.takes_path ? ":path:_files" : option.takes_value ? ":value:" : "";
    for (const auto& flag : option.flags) {
      lines +=
          fmt::format(" \\\n        '*{}[{}]{}'", flag, quote_for_zsh(option.description), value);
    }
  }
  return lines;
}

std::string format_zsh(const CLI::App& cli) {
  std::string names;
  std::string cases;
  for (const CLI::App* command : list_commands(cli)) {
    const std::string description = command->get_description();
    names += fmt::format("    '{}:{}'\n", command->get_name(),
                         quote_for_zsh(description.substr(0, description.find('\n'))));
    cases += fmt::format("    {}) _arguments{} \\\n        '*:file:_files' ;;\n",
                         command->get_name(), format_zsh_options(*command));
  }
  return fmt::format(R"(#compdef tidegate
# zsh completion for tidegate; load it with: source <(tidegate completion zsh)
_tidegate() {{
  local -a commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{}  esac
}}
compdef _tidegate tidegate
)",
                     names, cases);
}

std::string quote_for_fish(const std::string& text) {
  std::string quoted;
  for (const char c : text) quoted += c == '\'' ? std::string("\\'") : std::string(1, c);
  return quoted;
}

std::string format_fish(const CLI::App& cli) {
  std::string script =
      "# fish completion for tidegate; load it with: tidegate completion fish | source\n"
      "complete -c tidegate -f\n";
  for (const CLI::App* command : list_commands(cli)) {
    const std::string description = command->get_description();
    script += fmt::format("complete -c tidegate -n __fish_use_subcommand -a {} -d '{}'\n",
                          command->get_name(),
                          quote_for_fish(description.substr(0, description.find('\n'))));
    for (const auto& option : list_options(*command)) {
      script += fmt::format("complete -c tidegate -n '__fish_seen_subcommand_from {}'",
                            command->get_name());
      for (const auto& flag : option.flags) {
        const bool is_long = flag.starts_with("--");
        script += fmt::format(" {} {}", is_long ? "-l" : "-s", flag.substr(is_long ? 2 : 1));
      }
      if (option.takes_path) script += " -r -F";
      if (option.takes_value && !option.takes_path) script += " -x";
      script += fmt::format(" -d '{}'\n", quote_for_fish(option.description));
    }
  }
  return script;
}

}  // namespace

void add_completion(CLI::App& cli, int& exit_code) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion = cli.add_subcommand("completion", "Print a completion script for a shell");
  completion->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->footer(
      "Examples:\n"
      "  source <(tidegate completion bash)\n"
      "  tidegate completion fish > ~/.config/fish/completions/tidegate.fish");
  set_work(*completion, exit_code, [shell, &cli] {
    const std::string script = *shell == "bash"  ? format_bash(cli)
                               : *shell == "zsh" ? format_zsh(cli)
                                                 : format_fish(cli);
    std::fputs(script.c_str(), stdout);
    return kExitOk;
  });
}

}  // namespace tidegate::app
