// Command travaso moves a local authority's accounts out of legacy systems
// into a new schema and proves to the cent that nothing was lost.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/travaso/travaso/mappings/yamlfile"
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
	app := newApp()
	err := interruption(ctx, app.RunContext(ctx, optionsFirst(app, args)))
	var help cli.ExitCoder
	if errors.As(err, &help) { // the library's own, of help on something that is not there
		err = errUsage{fmt.Errorf("no help on %q: travaso help lists the commands", args[len(args)-1])}
	}
	if err != nil {
		complain(os.Stderr, err)
	}
	return exitCode(err)
}

// interruption says of an error that came when the command had been interrupted
// that this is why: the embedded engine, for one, says it in its own words.
func interruption(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%w: %w", context.Canceled, err)
}

// newApp lists the commands in the order in which a migration uses them.
func newApp() *cli.App {
	app := &cli.App{
		Name:  "travaso",
		Usage: "move a local authority's accounts into a new schema, proving to the cent that nothing was lost",
		Description: "A migration is a plan (travaso.yaml): rehearse it until its report says go, then cut over.\n" +
			"   Try it without a server or configuration: travaso demo",
		Version:              version(),
		EnableBashCompletion: true,
		HideVersion:          true,
		Action:               runNothing,
		OnUsageError:         usageError,
		ExitErrHandler:       func(*cli.Context, error) {}, // main alone exits
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
	for _, command := range app.Commands {
		command.OnUsageError = usageError
		command.HideHelpCommand = true // --help is enough
	}
	return app
}

// runNothing is what happens where no command of the list was given.
func runNothing(c *cli.Context) error {
	if !c.Args().Present() {
		return cli.ShowAppHelp(c)
	}
	name := c.Args().First()
	var known []string
	for _, command := range c.App.Commands {
		known = append(known, command.Name)
	}
	return errUsage{fmt.Errorf("unknown command %q: %stravaso help lists them", name, didYouMean(name, known))}
}

// errUsage marks a wrong command line.
type errUsage struct{ error }

// usageError says what is wrong with the options of a command.
func usageError(c *cli.Context, err error, _ bool) error {
	text := err.Error()
	if name, found := strings.CutPrefix(text, "flag provided but not defined: "); found {
		name = "--" + strings.TrimLeft(name, "-")
		var known []string
		for _, flag := range c.Command.Flags {
			known = append(known, "--"+flag.Names()[0])
		}
		return errUsage{fmt.Errorf("unknown option %s: %s%s --help lists them", name, didYouMean(name, known), c.Command.HelpName)}
	}
	return errUsage{fmt.Errorf("%s: %s --help lists the options", text, c.Command.HelpName)}
}

// didYouMean is the beginning of a remedy where one of the known names is near.
func didYouMean(name string, known []string) string {
	if nearest, ok := yamlfile.Nearest(name, known); ok {
		return "did you mean " + nearest + "? "
	}
	return ""
}

func isUsage(err error) bool {
	var usage errUsage
	return errors.As(err, &usage)
}
