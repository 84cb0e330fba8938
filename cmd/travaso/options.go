package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// optionsFirst moves the options of a command before its arguments, where the
// library wants them: people write them behind too. What stands after "--" is
// left alone.
func optionsFirst(app *cli.App, args []string) []string {
	if len(args) < 3 || slices.Contains(args, "--generate-bash-completion") {
		return args
	}
	command := app.Command(args[1])
	if command == nil {
		return args
	}
	options, arguments := args[:2:2], []string(nil)
	for rest := args[2:]; len(rest) > 0; rest = rest[1:] {
		switch {
		case rest[0] == "--":
			return slices.Concat(options, []string{"--"}, arguments, rest[1:])
		case len(rest[0]) < 2 || rest[0][0] != '-':
			arguments = append(arguments, rest[0])
		case takesValue(command, rest[0]) && len(rest) > 1:
			options = append(options, rest[0], rest[1])
			rest = rest[1:]
		default:
			options = append(options, rest[0])
		}
	}
	return append(options, arguments...)
}

// takesValue says that the value of an option is the next argument.
func takesValue(command *cli.Command, option string) bool {
	name := strings.TrimLeft(option, "-")
	return slices.ContainsFunc(command.Flags, func(flag cli.Flag) bool {
		documented, ok := flag.(cli.DocGenerationFlag)
		return ok && documented.TakesValue() && slices.Contains(flag.Names(), name)
	})
}
