// Command travaso moves a local authority's accounts out of legacy systems
// into a new schema and proves to the cent that nothing was lost.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code := run(ctx, os.Args)
	stop()
	os.Exit(code)
}

// run runs a command line and gives its exit code.
func run(ctx context.Context, args []string) int {
	err := newApp().RunContext(ctx, args)
	if err != nil {
		complain(os.Stderr, err)
	}
	return exitCode(err)
}

// newApp lists the commands in the order in which a migration uses them.
func newApp() *cli.App {
	return &cli.App{
		Name:  "travaso",
		Usage: "move a local authority's accounts into a new schema, proving to the cent that nothing was lost",
		Description: "A migration is a plan (travaso.yaml): rehearse it until its report says go, then cut over.\n" +
			"   Try it without a server or configuration: travaso demo",
		Version:              version(),
		EnableBashCompletion: true,
		HideVersion:          true,
		Suggest:              true,
		OnUsageError:         usageError,
		ExitErrHandler:       func(*cli.Context, error) {}, // main alone exits
		CommandNotFound: func(c *cli.Context, name string) {
			fmt.Fprintf(os.Stderr, "travaso: no command %q; travaso help lists them\n", name)
		},
		Commands: []*cli.Command{
			newDemoCommand(),
			newPlanCommand(),
			newExtractCommand(),
			newTransformCommand(),
			newValidateCommand(),
			newRehearseCommand(),
			newLoadCommand(),
			newCutoverCommand(),
			newVerifyCommand(),
			newStatusCommand(),
			newReportCommand(),
			newCompletionCommand(),
			newVersionCommand(),
		},
	}
}

// errUsage marks a wrong command line.
type errUsage struct{ error }

func usageError(_ *cli.Context, err error, _ bool) error {
	return errUsage{fmt.Errorf("%w; see travaso help", err)}
}

func isUsage(err error) bool {
	var usage errUsage
	return errors.As(err, &usage)
}
