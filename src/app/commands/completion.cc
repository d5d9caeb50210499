// Completion scripts, made from the tree of commands: what --help knows, the shell knows.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "app/commands/commands.h"
#include "app/commands/option_groups.h"
#include "app/exit_codes.h"

namespace tidegate::app {
namespace {

bool takes_path(const OptionFacts& option) {
  return option.type.starts_with("PATH") || option.type.starts_with("FILE");
}

// A command's options, and those of its own commands, each once.
std::vector<OptionFacts> all_options(const Command& command) {
  std::vector<OptionFacts> options = command.options();
  for (const Command& below : command.commands()) {
    for (auto& option : all_options(below)) {
      const bool known =
          std::ranges::find(options, option.flags, &OptionFacts::flags) != options.end();
      if (!known) options.push_back(std::move(option));
    }
  }
  return options;
}

std::string join_flags(const std::vector<OptionFacts>& options) {
  std::string words;
  for (const auto& option : options) {
    for (const auto& flag : option.flags) words += (words.empty() ? "" : " ") + flag;
  }
  return words;
}

std::string join_names(const std::vector<Command>& commands) {
  std::string names;
  for (const Command& command : commands) names += (names.empty() ? "" : " ") + command.name();
  return names;
}

std::string format_bash(const Command& cli) {
  std::string cases;
  for (const Command& command : cli.commands()) {
    cases += fmt::format("    {}) words=\"{}\" below=\"{}\" ;;\n", command.name(),
                         join_flags(all_options(command)), join_names(command.commands()));
  }
  return fmt::format(
      R"(# bash completion for tidegate; load it with: source <(tidegate completion bash)
_tidegate() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} words="{} {}" below=""
  COMPREPLY=()
  [ "$COMP_CWORD" -gt 1 ] && case ${{COMP_WORDS[1]}} in
{}  esac
  if [ "$COMP_CWORD" -eq 2 ] && [ -n "$below" ] && [[ $current != -* ]]; then
    COMPREPLY=($(compgen -W "$below" -- "$current"))
    return
  fi
  if [ "$COMP_CWORD" -gt 1 ] && [[ $current != -* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
    return
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o filenames -F _tidegate tidegate
)",
      join_names(cli.commands()), join_flags(cli.options()), cases);
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

std::string format_zsh_options(const Command& command) {
  std::string lines;
  if (const auto below = command.commands(); !below.empty()) {
    lines += fmt::format(" \\\n        '1:command:({})'", join_names(below));
  }
  for (const auto& option : all_options(command)) {
    const char* value = takes_path(option) ? ":path:_files" : option.takes_value ? ":value:" : "";
    for (const auto& flag : option.flags) {
      lines +=
          fmt::format(" \\\n        '*{}[{}]{}'", flag, quote_for_zsh(option.description), value);
    }
  }
  return lines;
}

std::string format_zsh(const Command& cli) {
  std::string names;
  std::string cases;
  for (const Command& command : cli.commands()) {
    names += fmt::format("    '{}:{}'\n", command.name(), quote_for_zsh(command.summary()));
    cases += fmt::format("    {}) _arguments{} \\\n        '*:file:_files' ;;\n", command.name(),
                         format_zsh_options(command));
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

std::string format_fish(const Command& cli) {
  std::string script =
      "# fish completion for tidegate; load it with: tidegate completion fish | source\n"
      "complete -c tidegate -f\n";
  for (const Command& command : cli.commands()) {
    script += fmt::format("complete -c tidegate -n __fish_use_subcommand -a {} -d '{}'\n",
                          command.name(), quote_for_fish(command.summary()));
    for (const Command& below : command.commands()) {
      script +=
          fmt::format("complete -c tidegate -n '__fish_seen_subcommand_from {}' -a {} -d '{}'\n",
                      command.name(), below.name(), quote_for_fish(below.summary()));
    }
    for (const auto& option : all_options(command)) {
      script +=
          fmt::format("complete -c tidegate -n '__fish_seen_subcommand_from {}'", command.name());
      for (const auto& flag : option.flags) {
        const bool is_long = flag.starts_with("--");
        script += fmt::format(" {} {}", is_long ? "-l" : "-s", flag.substr(is_long ? 2 : 1));
      }
      if (takes_path(option)) script += " -r -F";
      if (option.takes_value && !takes_path(option)) script += " -x";
      script += fmt::format(" -d '{}'\n", quote_for_fish(option.description));
    }
  }
  return script;
}

}  // namespace

void add_completion(Command cli, int& exit_code) {
  auto shell = std::make_shared<std::string>();
  Command completion = cli.add_command("completion", "Print a completion script for a shell");
  completion.add_option("shell", *shell, "bash, zsh or fish")
      .required()
      .one_of({"bash", "zsh", "fish"});
  completion.footer(
      "Examples:\n"
      "  source <(tidegate completion bash)\n"
      "  tidegate completion fish > ~/.config/fish/completions/tidegate.fish");
  completion.set_work(exit_code, [shell, cli] {
    const std::string script = *shell == "bash"  ? format_bash(cli)
                               : *shell == "zsh" ? format_zsh(cli)
                                                 : format_fish(cli);
    std::fputs(script.c_str(), stdout);
    return kExitOk;
  });
}

}  // namespace tidegate::app
