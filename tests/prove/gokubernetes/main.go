// Decodes manifests into Kubernetes' own types, strictly, as the API server does: paths of files come in, a line each,
// and a JSON object goes out, of "file Kind/name" and what is wrong, "" where nothing is. Unknown kinds are left out.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"k8s.io/apimachinery/pkg/runtime"
	kjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/client-go/kubernetes/scheme"
	gateway "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"
)

var separator = regexp.MustCompile(`(?m)^---$`)

type header struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
}

func judge(decoder runtime.Decoder, text []byte) (string, bool) {
	_, _, err := decoder.Decode(text, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		return "", false
	}
	if err != nil {
		return err.Error(), true
	}
	return "", true
}

func main() {
	if err := gateway.Install(scheme.Scheme); err != nil {
		panic(err)
	}
	decoder := kjson.NewSerializerWithOptions(kjson.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, kjson.SerializerOptions{Yaml: true, Strict: true})
	verdicts := map[string]string{}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		text, err := os.ReadFile(lines.Text())
		if err != nil {
			panic(err)
		}
		for _, document := range separator.Split(string(text), -1) {
			var head header
			if len(bytes.TrimSpace([]byte(document))) == 0 || yaml.Unmarshal([]byte(document), &head) != nil {
				continue
			}
			if wrong, known := judge(decoder, []byte(document)); known {
				verdicts[fmt.Sprintf("%s %s/%s", filepath.Base(lines.Text()), head.Kind, head.Metadata.Name)] = wrong
			}
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(verdicts)
}
