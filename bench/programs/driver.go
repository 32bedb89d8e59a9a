// Package driver makes the shop fail, each cause in several variants.
package driver

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"example.com/shop"

	"github.com/getsentry/sentry-go"
)

var names = []string{"alice", "bob", "chen", "dora", "emil", "fatima", "goro", "hana"}

func name(v int) string { return names[v%len(names)] }

var causes = map[string]func(v int){
	"missing price":         func(v int) { shop.LineTotal(shop.Line{Count: &v}) },
	"missing count":         func(v int) { shop.LineTotal(shop.Line{Price: &v}) },
	"no user":               func(v int) { shop.Greeting(nil) },
	"no parcels":            func(v int) { shop.PerParcel(v, 0) },
	"index":                 func(v int) { shop.Nth(make([]int, v), v+3) },
	"card declined":         func(v int) { shop.Charge(fmt.Sprintf("4111-%d", v*7919), 101+v) },
	"negative amount":       func(v int) { shop.Charge(fmt.Sprintf("4111-%d", v*7919), -1-v) },
	"quantity is no number": func(v int) { shop.Quantity(name(v) + " pieces") },
	"template missing":      func(v int) { shop.Template("mail-" + name(v)) },
	"feed broken":           func(v int) { shop.Feed(`{"a": ` + strconv.Itoa(v)) },
	"city is null": func(v int) {
		switch v % 3 {
		case 0:
			shop.Checkout(&shop.Address{})
		case 1:
			shop.Profile(&shop.Address{})
		default:
			shop.ImportAll([]*shop.Address{{}})
		}
	},
	"price map":   func(v int) { shop.Register(nil, name(v)) },
	"not a name":  func(v int) { shop.AsName(v) },
	"no smtp":     func(v int) { shop.MailSettings() },
	"no bucket":   func(v int) { shop.StorageSettings() },
	"closed":      shop.Closed,
	"list absent": func(v int) { shop.Absent(v) },
}

func run(cause string, v int) {
	defer func() {
		if found := recover(); found != nil {
			hub := sentry.CurrentHub().Clone()
			hub.ConfigureScope(func(scope *sentry.Scope) { scope.SetTag("cause", cause) })
			hub.Recover(found)
		}
	}()
	causes[cause](v)
}

// Main takes DSN RELEASE FIRST.
func Main() {
	dsn, release := os.Args[1], os.Args[2]
	first, _ := strconv.Atoi(os.Args[3])
	if err := sentry.Init(sentry.ClientOptions{Dsn: dsn, Release: release, Environment: "production", Transport: sentry.NewHTTPSyncTransport()}); err != nil {
		panic(err)
	}
	for cause := range causes {
		for v := first; v < first+5; v++ {
			if v%2 == 0 {
				run(cause, v)
			} else {
				done := make(chan bool)
				go func() { run(cause, v); done <- true }()
				<-done
			}
		}
	}
	sentry.Flush(20 * time.Second)
}
