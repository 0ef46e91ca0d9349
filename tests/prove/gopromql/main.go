// What Prometheus' own parser makes of PromQL. Without arguments: expressions come in, each ended by a NUL, and
// for each a JSON line goes out. With a folder: every string of the tests in it goes out, as a JSON array.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	promql "github.com/prometheus/prometheus/promql/parser"
)

// The feature flags, a bit each, as slipway/audit/monitoring/promql.h numbers them.
const flags = 8

type verdict struct {
	Taken   [flags]bool `json:"taken"` // with these flags
	Reason  string      `json:"reason"`
	Type    string      `json:"type"`
	Shape   string      `json:"shape"`
	Printed string      `json:"printed"`
}

func readers() (all [flags]promql.Parser) {
	for i := range all {
		all[i] = promql.NewParser(promql.Options{
			EnableExperimentalFunctions: i&1 != 0, EnableBinopFillModifiers: i&2 != 0, EnableUnquotedUTF8Names: i&4 != 0,
		})
	}
	return all
}

func judge(all [flags]promql.Parser, text string) (found verdict) {
	for i, reader := range all {
		expr, err := reader.ParseExpr(text)
		found.Taken[i] = err == nil
		if err != nil {
			found.Reason = err.Error()
		} else if found.Shape == "" || i == flags-1 {
			found.Type, found.Shape, found.Printed = string(expr.Type()), shape(expr), expr.String()
		}
	}
	return found
}

// --- the shape of a tree, as tests/prove/promql_probe.c writes it

func list(names []string) string {
	var out []string
	for _, name := range names {
		out = append(out, fmt.Sprintf("%x", name))
	}
	return "[" + strings.Join(out, " ") + "]"
}

func shape(expr promql.Expr) string {
	at := fmt.Sprintf("<%d>", expr.PositionRange().Start)
	switch n := expr.(type) {
	case *promql.NumberLiteral:
		return at + "#"
	case *promql.StringLiteral:
		return at + fmt.Sprintf("\"%x", n.Val)
	case *promql.ParenExpr:
		return at + "p(" + shape(n.Expr) + ")"
	case *promql.UnaryExpr:
		return at + "u" + n.Op.String() + "(" + shape(n.Expr) + ")"
	case *promql.Call:
		return at + n.Func.Name + "(" + shapes(n.Args) + ")"
	case *promql.AggregateExpr:
		return at + aggregate(n)
	case *promql.BinaryExpr:
		return at + binary(n)
	case *promql.VectorSelector:
		return at + selector(n, "")
	case *promql.MatrixSelector:
		return at + selector(n.VectorSelector.(*promql.VectorSelector), "["+duration(n.Range, n.RangeExpr)+"]")
	case *promql.SubqueryExpr:
		step := ""
		if n.Step != 0 || n.StepExpr != nil {
			step = duration(n.Step, n.StepExpr)
		}
		return at + "s(" + shape(n.Expr) + ")[" + duration(n.Range, n.RangeExpr) + ":" + step + "]" +
			shifts(n.OriginalOffset, n.OriginalOffsetExpr, n.Timestamp, n.StartOrEnd)
	}
	return fmt.Sprintf("%T", expr)
}

func shapes(exprs []promql.Expr) string {
	var out []string
	for _, expr := range exprs {
		out = append(out, shape(expr))
	}
	return strings.Join(out, ",")
}

func aggregate(n *promql.AggregateExpr) string {
	grouping := ""
	if n.Without {
		grouping = "without" + list(n.Grouping)
	} else if len(n.Grouping) > 0 {
		grouping = "by" + list(n.Grouping)
	}
	args := []promql.Expr{n.Expr}
	if n.Param != nil {
		args = []promql.Expr{n.Param, n.Expr}
	}
	return n.Op.String() + grouping + "(" + shapes(args) + ")"
}

func binary(n *promql.BinaryExpr) string {
	out := "(" + n.Op.String()
	if n.ReturnBool {
		out += " bool"
	}
	if m := n.VectorMatching; m != nil {
		if m.On {
			out += " on" + list(m.MatchingLabels)
		} else if len(m.MatchingLabels) > 0 {
			out += " ignoring" + list(m.MatchingLabels)
		}
		if m.Card == promql.CardManyToOne {
			out += " left" + list(m.Include)
		} else if m.Card == promql.CardOneToMany {
			out += " right" + list(m.Include)
		}
		if m.FillValues.LHS != nil {
			out += " fl"
		}
		if m.FillValues.RHS != nil {
			out += " fr"
		}
	}
	return out + " " + shape(n.LHS) + " " + shape(n.RHS) + ")"
}

func selector(n *promql.VectorSelector, ranged string) string {
	var matchers []string
	for _, m := range n.LabelMatchers {
		matchers = append(matchers, fmt.Sprintf("%x%s%x", m.Name, m.Type, m.Value))
	}
	slices.Sort(matchers)
	out := "{" + strings.Join(matchers, " ") + "}" + ranged
	if n.Anchored {
		out += " anchored"
	}
	if n.Smoothed {
		out += " smoothed"
	}
	return out + shifts(n.OriginalOffset, n.OriginalOffsetExpr, n.Timestamp, n.StartOrEnd)
}

func shifts(offset time.Duration, expr *promql.DurationExpr, at *int64, startOrEnd promql.ItemType) string {
	out := ""
	if offset != 0 || expr != nil {
		out = " o" + duration(offset, expr)
	}
	if at != nil || startOrEnd != 0 {
		out += " @"
	}
	return out
}

func duration(literal time.Duration, expr *promql.DurationExpr) string {
	if expr == nil {
		return strconv.Itoa(int(math.Round(float64(literal) / float64(time.Millisecond))))
	}
	return durationTree(expr)
}

func durationTree(expr promql.Expr) string {
	n, ok := expr.(*promql.DurationExpr)
	if !ok {
		return strconv.Itoa(int(math.Round(expr.(*promql.NumberLiteral).Val * 1000)))
	}
	switch {
	case n.LHS != nil:
		return "(" + n.Op.String() + " " + durationTree(n.LHS) + " " + durationTree(n.RHS) + ")"
	case n.RHS == nil:
		return n.Op.String()
	case n.Op == promql.SUB:
		return "(- " + durationTree(n.RHS) + ")"
	}
	return durationTree(n.RHS) // parentheses, or a plus
}

// --- the strings of its own tests

func inputs(folder string) []string {
	names, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		panic(err)
	}
	found := []string{}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			panic(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					found = append(found, text)
				}
			}
			return true
		})
	}
	return found
}

func main() {
	out := json.NewEncoder(os.Stdout)
	if len(os.Args) > 1 {
		_ = out.Encode(inputs(os.Args[1]))
		return
	}
	stdin, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	all := readers()
	for text := range bytes.SplitSeq(bytes.TrimSuffix(stdin, []byte{0}), []byte{0}) {
		_ = out.Encode(judge(all, string(text)))
	}
}
