package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

// The shells ask the program itself what may come next
// (--generate-bash-completion); these scripts connect them to it.
var completions = map[string]string{
	"bash": `_travaso() {
  local words="${COMP_WORDS[@]:0:$COMP_CWORD}" current="${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=($(compgen -W "$($words --generate-bash-completion)" -- "$current"))
  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o nospace -F _travaso travaso
`,
	"zsh": `#compdef travaso
_travaso() {
  local -a choices
  choices=("${(@f)$(${words[@]:0:#words[@]-1} --generate-bash-completion)}")
  _describe 'travaso' choices || _files
}
compdef _travaso travaso
`,
	"fish": `complete -c travaso -f -a '(set -l line (commandline -opc); $line --generate-bash-completion)'
complete -c travaso -F
`,
}

func newCompletionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print the completion script of a shell",
		UsageText: "source <(travaso completion bash)",
		ArgsUsage: "bash|zsh|fish",
		Action: func(c *cli.Context) error {
			script, ok := completions[c.Args().First()]
			if !ok {
				return errUsage{fmt.Errorf("shell %q is not known: give bash, zsh or fish", c.Args().First())}
			}
			_, err := fmt.Fprint(c.App.Writer, script)
			return err
		},
	}
}
