// Checks tables of register operations with Porcupine, for the benchmark that runs it beside Rashomon.
//
//	check SECONDS FILE …
//
// A table has a line for each operation that may have happened: key, process, function (0 read, 1 write,
// 2 compare-and-set), a, b, place of the call and of the return among the events (−1: unknown outcome, which
// returns after everything else); −1 as a value is null. Prints the verdict, the CPU seconds of the check alone
// and the peak of resident memory so far in MB as one line of JSON for each table.
package main

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/anishathalye/porcupine"
)

type call struct {
	key, f  int
	a, b    int64
	unknown bool
}

type place struct {
	at     int
	call   int
	begins bool
}

var model = porcupine.Model{
	PartitionEvent: func(history []porcupine.Event) [][]porcupine.Event {
		keyOf := make(map[int]int)
		byKey := make(map[int][]porcupine.Event)
		keys := []int{}
		for _, event := range history {
			if event.Kind == porcupine.CallEvent {
				key := event.Value.(call).key
				keyOf[event.Id] = key
				if _, found := byKey[key]; !found {
					keys = append(keys, key)
				}
			}
			key := keyOf[event.Id]
			byKey[key] = append(byKey[key], event)
		}
		partitions := make([][]porcupine.Event, len(keys))
		for i, key := range keys {
			partitions[i] = byKey[key]
		}
		return partitions
	},
	Init: func() interface{} { return int64(-1) },
	Step: func(state, input, output interface{}) (bool, interface{}) {
		in := input.(call)
		switch in.f {
		case 0:
			return state.(int64) == in.a, state
		case 1:
			return true, in.a
		}
		if state.(int64) == in.a {
			return true, in.b
		}
		// One that nobody heard of may have found another value, and then changed nothing.
		return in.unknown, state
	},
	Equal: func(one, other interface{}) bool { return one.(int64) == other.(int64) },
	Hash:  func(state interface{}) uint64 { return uint64(state.(int64)) * 0x9e3779b97f4a7c15 },
}

func main() {
	if len(os.Args) < 3 {
		fail("usage: check SECONDS FILE …")
	}
	seconds, err := strconv.ParseFloat(os.Args[1], 64)
	if err != nil {
		fail("seconds: " + err.Error())
	}
	for _, file := range os.Args[2:] {
		events := read(file)
		before := usage()
		result := porcupine.CheckEventsTimeout(model, events, time.Duration(seconds*float64(time.Second)))
		after := usage()
		spent := float64(after.Utime.Nano()+after.Stime.Nano()-before.Utime.Nano()-before.Stime.Nano()) / 1e9
		fmt.Printf("{\"verdict\":%q,\"cpu\":%.6f,\"megabytes\":%d}\n", result, spent, after.Maxrss/1024)
	}
}

func read(name string) []porcupine.Event {
	file, err := os.Open(name)
	if err != nil {
		fail(err.Error())
	}
	defer file.Close()
	var calls []call
	var places []place
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		fields := strings.Split(scanner.Text(), "\t")
		if len(fields) != 7 {
			fail("expected 7 columns: " + scanner.Text())
		}
		var n [7]int
		for i, field := range fields {
			if n[i], err = strconv.Atoi(field); err != nil {
				fail(err.Error())
			}
		}
		id := len(calls)
		calls = append(calls, call{key: n[0], f: n[2], a: int64(n[3]), b: int64(n[4]), unknown: n[6] < 0})
		places = append(places, place{at: n[5], call: id, begins: true})
		if n[6] < 0 {
			n[6] = int(^uint(0) >> 1)
		}
		places = append(places, place{at: n[6], call: id})
	}
	sort.SliceStable(places, func(i, j int) bool { return places[i].at < places[j].at })
	events := make([]porcupine.Event, len(places))
	for i, p := range places {
		if p.begins {
			events[i] = porcupine.Event{Kind: porcupine.CallEvent, Value: calls[p.call], Id: p.call}
		} else {
			events[i] = porcupine.Event{Kind: porcupine.ReturnEvent, Value: nil, Id: p.call}
		}
	}
	return events
}

func usage() syscall.Rusage {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err.Error())
	}
	return usage
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "check: "+message)
	os.Exit(1)
}
