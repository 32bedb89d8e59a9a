// Package shop is a small service with known faults, as shop.py has them.
package shop

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
)


type Line struct{ Price, Count *int }
type User struct{ Name *string }
type Address struct{ City *string }

func LineTotal(l Line) int {
	price := *l.Price
	return price * *l.Count
}
func Greeting(u *User) string { return "Dear " + *u.Name }
func PerParcel(total, parcels int) int {
	return total / parcels
}
func Nth(values []int, index int) int {
	return values[index]
}
func Charge(card string, amount int) {
	if amount > 100 {
		panic(fmt.Errorf("card %s declined for %d EUR", card, amount))
	}
	if amount < 0 {
		panic(fmt.Errorf("card %s cannot be charged %d EUR", card, amount))
	}
}
func Quantity(text string) int {
	found, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return found
}
func Template(name string) []byte {
	found, err := os.ReadFile("/nonexistent/" + name)
	if err != nil {
		panic(fmt.Errorf("template: %w", err))
	}
	return found
}
func Feed(text string) (found map[string]int) {
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		panic(err)
	}
	return found
}
func Normalise(a *Address) int { return len(*a.City) }
func Checkout(a *Address) int  { return Normalise(a) }
func Profile(a *Address) int {
	home := a
	return Normalise(home)
}
func ImportAll(rows []*Address) (sum int) {
	for _, row := range rows {
		sum += Normalise(row)
	}
	return sum
}
func Register(prices map[string]int, sku string) {
	prices[sku] = 1
}
func AsName(value any) string {
	return value.(string)
}
func Required(value, what string) {
	if value == "" {
		panic(errors.New(what + " is required"))
	}
}
func MailSettings()    { Required("", "smtp") }
func StorageSettings() { Required("", "bucket") }
func Closed(v int) {
	done := make(chan int)
	close(done)
	close(done)
}
func Absent(v int) string {
	var found []string
	return found[v]
}
