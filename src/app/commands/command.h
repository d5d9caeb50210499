// A command of the command line and its options: a small door to CLI11, which only command.cc
// includes, since its headers cost each file that does many seconds.
//
// Handles: cheap to copy, valid as long as the CommandLine they come from. What an option stores
// its value in must outlive parsing; set_work()'s callback usually owns it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tidegate::app {

// An option just added, to say more about it.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option& required();
  // What --help calls the value.
  Option& type(const std::string& name);
  // Lets --help tell what holds without the option: what is in the target now, or `text`.
  Option& show_default();
  Option& show_default(const std::string& text);

  Option& one_of(const std::vector<std::string>& values);
  Option& between(int least, int most);
  Option& between(double least, double most);
  Option& existing_path();
  // The environment variable that says it where the option is absent.
  Option& from_environment(const std::string& name);
  // Only together with `other`.
  Option& needs(const Option& other);

  // How many values follow a positional argument's place.
  Option& expect(int least, int most);
  // A list that takes one value each time it is named, so that what follows is not another value.
  Option& one_value_each_time();

 private:
  CLI::Option* option_;
};

// One option as a shell's completion needs it.
struct OptionFacts {
  std::vector<std::string> flags;  // "-f", "--file"
  std::string description;         // its first line
  std::string type;
  bool takes_value = false;
};

class Command {
 public:
  explicit Command(CLI::App* command) : command_(command) {}

  // `summary` is the line in the list of commands.
  Command add_command(const std::string& name, const std::string& summary);
  // One of its own commands has to follow.
  void require_command();
  void describe(const std::string& text);
  void footer(const std::string& text);

  // `flags` as "-f,--file", or a bare name for a positional argument.
  Option add_option(const std::string& flags, std::string& target, const std::string& help);
  Option add_option(const std::string& flags, std::vector<std::string>& target,
                    const std::string& help);
  Option add_option(const std::string& flags, std::size_t& target, const std::string& help);
  Option add_option(const std::string& flags, std::uint32_t& target, const std::string& help);
  Option add_option(const std::string& flags, std::uint16_t& target, const std::string& help);
  Option add_option(const std::string& flags, double& target, const std::string& help);
  // A length of time: "20ms", "1.5s", "300us", "2m", "0".
  Option add_option(const std::string& flags, std::chrono::microseconds& target,
                    const std::string& help);
  void add_flag(const std::string& flags, bool& target, const std::string& help);

  // What the command does. An exception is told and becomes kExitFailure.
  void set_work(int& exit_code, std::function<int()> work);

  std::string name() const;
  std::string summary() const;               // the first line of what describes it
  std::vector<OptionFacts> options() const;  // without positional arguments
  std::vector<Command> commands() const;

 private:
  CLI::App* command_;
};

// The tree of commands of one program.
class CommandLine {
 public:
  CommandLine(const std::string& name, const std::string& description, const std::string& version);
  ~CommandLine();

  Command root() const { return Command(root_.get()); }
  // Parses and does what is asked: the work of exactly one command, or help. What is wrong with the
  // command line is told on standard error; "help COMMAND" is "COMMAND --help". Returns `exit_code`
  // as the work has left it, or kExitUsage.
  int run(int argc, char** argv, const int& exit_code);

 private:
  std::unique_ptr<CLI::App> root_;
};

}  // namespace tidegate::app
