// What actionlint says of workflows: a JSON array of texts comes in, one of findings goes out, "" where it has none.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/rhysd/actionlint"
)

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		panic(err)
	}
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		panic(err)
	}
	verdicts := make([]string, len(texts))
	for i, text := range texts {
		found, err := linter.Lint("workflow.yml", []byte(text), nil)
		if err != nil {
			verdicts[i] = err.Error()
		} else if len(found) > 0 {
			verdicts[i] = fmt.Sprintf("%s: %s", found[0].Kind, found[0].Message)
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(verdicts)
}
