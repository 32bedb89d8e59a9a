// Command crash reports to Tocsin with an unmodified SDK, and crashes: DSN RELEASE.
package main

import (
	"os"
	"time"

	"github.com/getsentry/sentry-go"
)

type order struct{ Price *int }

func charge(o order) int {
	return *o.Price * 2
}

func main() {
	options := sentry.ClientOptions{Dsn: os.Args[1], Release: os.Args[2], Environment: "production"}
	if err := sentry.Init(options); err != nil {
		panic(err)
	}
	defer func() {
		failure := recover()
		sentry.CurrentHub().Recover(failure)
		sentry.Flush(20 * time.Second)
		os.Exit(2)
	}()
	charge(order{})
}
