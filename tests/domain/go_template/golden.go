// Writes golden.json anew: what Go's text/template and sprig make of its templates.
// The tests only read golden.json. To run it, in a folder with golden.go and golden.json:
//
//	go mod init golden && go get github.com/Masterminds/sprig/v3@v3.3.0 && go run golden.go
package main

import (
	"bytes"
	"encoding/json"
	"os"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

type Case struct {
	Template string `json:"template"`
	Output   string `json:"output"`
	Error    string `json:"error,omitempty"`
}

type Golden struct {
	Data  any    `json:"data"`
	Cases []Case `json:"cases"`
}

// plain makes whole numbers int and objects under "labels" maps of text, as in an alert.
func plain(value any, key string) any {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return int(n)
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = plain(v[i], "")
		}
		return v
	case map[string]any:
		if key == "labels" {
			texts := map[string]string{}
			for k, each := range v {
				texts[k], _ = each.(string)
			}
			return texts
		}
		for k := range v {
			v[k] = plain(v[k], k)
		}
		return v
	}
	return value
}

func run(c *Case, shared any) {
	raw, _ := json.Marshal(shared)
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var data any
	decoder.Decode(&data)
	var out bytes.Buffer
	parsed, err := template.New("t").Option("missingkey=zero").Funcs(sprig.TxtFuncMap()).Parse(c.Template)
	if err == nil {
		err = parsed.Execute(&out, plain(data, ""))
	}
	c.Output, c.Error = "", ""
	if err != nil {
		c.Error = err.Error()
	} else {
		c.Output = out.String()
	}
}

func line(value any) []byte {
	var written bytes.Buffer
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false)
	encoder.Encode(value)
	return bytes.TrimSpace(written.Bytes())
}

func main() {
	raw, _ := os.ReadFile("golden.json")
	var golden Golden
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&golden); err != nil {
		panic(err)
	}
	var out bytes.Buffer
	out.WriteString("{\"data\": ")
	out.Write(line(golden.Data))
	out.WriteString(",\n\"cases\": [\n")
	for i := range golden.Cases {
		run(&golden.Cases[i], golden.Data)
		out.Write(line(golden.Cases[i]))
		if i < len(golden.Cases)-1 {
			out.WriteString(",")
		}
		out.WriteString("\n")
	}
	out.WriteString("]}\n")
	os.WriteFile("golden.json", out.Bytes(), 0o644)
}
