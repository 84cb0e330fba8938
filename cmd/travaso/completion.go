package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

// The shells ask the program itself what may come next
// (--generate-bash-completion); these scripts connect them to it. Of a word
// that begins with a dash the program is told the dash, and answers with all
// options, from which the shell picks.
var completions = map[string]string{
	"bash": `_travaso() {
  local words=("${COMP_WORDS[@]:0:COMP_CWORD}") current="${COMP_WORDS[COMP_CWORD]}"
  [[ $current == -* ]] && words+=(-)
  COMPREPLY=($(compgen -W "$("${words[@]}" --generate-bash-completion)" -- "$current"))
  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o nospace -F _travaso travaso
`,
	"zsh": `#compdef travaso
_travaso() {
  local -a line choices
  line=("${(@)words[1,CURRENT-1]}")
  [[ ${words[CURRENT]} == -* ]] && line+=(-)
  choices=("${(@f)$($line --generate-bash-completion)}")
  _describe 'travaso' choices || _files
}
compdef _travaso travaso
`,
	"fish": `function _travaso
  set -l line (commandline -opc)
  string match -q -- '-*' (commandline -ct); and set -a line -
  $line --generate-bash-completion
end
complete -c travaso -f -a '(_travaso)'
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
