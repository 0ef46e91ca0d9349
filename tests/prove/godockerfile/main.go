// Prints the description label of each named Dockerfile as BuildKit understands it: {"path": "text"}.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

const label = "org.opencontainers.image.description"

func description(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	parsed, err := parser.Parse(file)
	if err != nil {
		return "", err
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return "", err
	}
	lex := shell.NewLex(parsed.EscapeToken)
	expand := func(word string) (string, error) {
		text, _, err := lex.ProcessWord(word, shell.EnvsFromSlice(nil))
		return text, err
	}
	for _, command := range stages[len(stages)-1].Commands {
		labels, is := command.(*instructions.LabelCommand)
		if !is {
			continue
		}
		if err := labels.Expand(expand); err != nil {
			return "", err
		}
		for _, pair := range labels.Labels {
			if pair.Key == label {
				return pair.Value, nil
			}
		}
	}
	return "", nil
}

func main() {
	found := map[string]string{}
	for _, path := range os.Args[1:] {
		text, err := description(path)
		if err != nil {
			log.Fatalf("%s: %v", path, err)
		}
		found[path] = text
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		log.Fatal(err)
	}
}
