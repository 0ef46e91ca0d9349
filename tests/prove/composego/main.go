// Loads Compose files with the reference loader: one JSON array of texts comes in, one of verdicts
// goes out, "" where the text is taken and the loader's reason where it is refused. In the place of a
// text may stand an array of texts, each laid over those before it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sync"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"
)

// layers is a text, or an array of them.
type layers []string

func (l *layers) UnmarshalJSON(data []byte) error {
	if data[0] == '[' {
		return json.Unmarshal(data, (*[]string)(l))
	}
	*l = make([]string, 1)
	return json.Unmarshal(data, &(*l)[0])
}

func verdict(folder string, texts layers) (reason string) {
	defer func() { // a value that the loader itself stumbles over is one that it doesn't take
		if problem := recover(); problem != nil {
			reason = fmt.Sprint(problem)
		}
	}()
	details := types.ConfigDetails{
		WorkingDir:  folder,
		Environment: types.Mapping{},
	}
	for i, text := range texts {
		name := fmt.Sprintf("%s/compose%d.yaml", folder, i)
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: name, Content: []byte(text)})
	}
	_, err := loader.LoadWithContext(context.Background(), details, func(o *loader.Options) {
		o.SetProjectName("case", true)
		o.SkipResolveEnvironment = true
		o.Profiles = []string{"*"}
	})
	if err != nil {
		return err.Error()
	}
	return ""
}

func main() {
	logrus.SetLevel(logrus.PanicLevel)
	var texts []layers
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		panic(err)
	}
	folder, err := os.MkdirTemp("", "compose")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	verdicts := make([]string, len(texts))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for i := range next {
				verdicts[i] = verdict(folder, texts[i])
			}
		}()
	}
	for i := range texts {
		next <- i
	}
	close(next)
	workers.Wait()
	_ = json.NewEncoder(os.Stdout).Encode(verdicts)
}
