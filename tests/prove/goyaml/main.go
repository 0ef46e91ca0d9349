// For each path on stdin one JSON line: the array of the file's documents as go-yaml reads them, or
// null where it refuses the text.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"gopkg.in/yaml.v3"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		documents, err := read(lines.Text())
		if err != nil {
			fmt.Println("null")
			continue
		}
		line, err := json.Marshal(documents)
		if err != nil {
			fmt.Fprintln(os.Stderr, lines.Text(), err)
			os.Exit(1)
		}
		fmt.Println(string(line))
	}
}

func read(path string) ([]any, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	documents := []any{}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		var decoded any // duplicate keys and bad merges show only here
		if err := node.Decode(&decoded); err != nil {
			return nil, err
		}
		documents = append(documents, value(&node))
	}
}

// value keeps the text of what JSON has no type for: timestamps, binary, unknown tags.
func value(node *yaml.Node) any {
	switch node.Kind {
	case yaml.DocumentNode:
		return value(node.Content[0])
	case yaml.AliasNode:
		return value(node.Alias)
	case yaml.SequenceNode:
		items := []any{}
		for _, item := range node.Content {
			items = append(items, value(item))
		}
		return items
	case yaml.MappingNode:
		return mapping(node)
	}
	switch node.ShortTag() {
	case "!!null", "!!bool", "!!int", "!!float":
		var decoded any
		if node.Decode(&decoded) != nil {
			return node.Value
		}
		if real, ok := decoded.(float64); ok && (math.IsInf(real, 0) || math.IsNaN(real)) {
			return nil
		}
		return decoded
	}
	return node.Value
}

func mapping(node *yaml.Node) map[string]any {
	pairs := map[string]any{}
	for i := 0; i < len(node.Content); i += 2 {
		if node.Content[i].ShortTag() == "!!merge" {
			merge(pairs, node.Content[i+1])
		}
	}
	for i := 0; i < len(node.Content); i += 2 {
		if key := node.Content[i]; key.ShortTag() != "!!merge" {
			for key.Kind == yaml.AliasNode {
				key = key.Alias
			}
			pairs[key.Value] = value(node.Content[i+1])
		}
	}
	return pairs
}

func merge(pairs map[string]any, from *yaml.Node) {
	for from.Kind == yaml.AliasNode {
		from = from.Alias
	}
	if from.Kind == yaml.SequenceNode {
		for _, one := range from.Content {
			merge(pairs, one)
		}
		return
	}
	for key, item := range mapping(from) {
		if _, taken := pairs[key]; !taken {
			pairs[key] = item
		}
	}
}
