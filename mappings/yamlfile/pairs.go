package yamlfile

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

// pairs calls do for each key of a mapping, merged ones included, in order;
// it is false where the node is no mapping. A key written twice is a mistake
// and the first one counts.
func (d *decoder) pairs(node ast.Node, path string, do func(key string, value ast.Node)) bool {
	values, ok := d.mappingValues(node)
	if !ok {
		d.add(d.wrong(nodePosition(node), path, nil, kindOf(node)))
		return false
	}
	own := map[string]Position{}
	for _, pair := range values {
		if key, ok := keyText(pair); ok && !pair.Key.IsMergeKey() {
			at := nodePosition(pair.Key)
			if first, twice := own[key]; twice {
				d.add(d.file.MistakeAt(at, "duplicate key "+quote(key), fmt.Sprintf("it is in line %d already", first.Line), "remove one of them"))
				continue
			}
			own[key] = at
		}
	}
	done := map[string]bool{}
	d.each(values, own, done, path, 0, do)
	return true
}

// each goes through the pairs of one mapping and those merged into it. The
// mapping's own keys win over merged ones, as the YAML merge key wants it.
func (d *decoder) each(values []*ast.MappingValueNode, own map[string]Position, done map[string]bool, path string, depth int, do func(string, ast.Node)) {
	for _, pair := range values {
		if !d.spend(pair) {
			return
		}
		if pair.Key.IsMergeKey() {
			d.merge(pair, own, done, path, depth, do)
			continue
		}
		key, ok := keyText(pair)
		if !ok {
			d.add(d.file.MistakeAt(nodePosition(pair.Key), "a key that is no text", "", "write a plain text before the colon"))
			continue
		}
		_, isOwn := own[key]
		if done[key] || (depth > 0 && isOwn) {
			continue
		}
		done[key] = true
		at := nodePosition(pair.Key)
		d.file.Keys[join(path, key)] = at
		do(key, pair.Value)
	}
}

// merge goes through what `<<` stands for: a mapping or a list of them.
func (d *decoder) merge(pair *ast.MappingValueNode, own map[string]Position, done map[string]bool, path string, depth int, do func(string, ast.Node)) {
	merged, ok := d.resolve(pair.Value)
	if !ok {
		return
	}
	sources := []ast.Node{merged}
	if list, ok := merged.(*ast.SequenceNode); ok {
		sources = list.Values
	}
	for _, source := range sources {
		source, ok := d.resolve(source)
		if !ok {
			continue
		}
		values, ok := d.mappingValues(source)
		if !ok || depth >= depthLimit {
			d.add(d.file.MistakeAt(nodePosition(pair.Key), `wrong value for "<<"`, "a mapping is wanted, or a list of them, not within itself", ""))
			continue
		}
		d.each(values, own, done, path, depth+1, do)
	}
}

func (d *decoder) mappingValues(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// resolve follows anchors and aliases to the value itself.
func (d *decoder) resolve(node ast.Node) (ast.Node, bool) {
	for range depthLimit {
		switch n := node.(type) {
		case *ast.AnchorNode:
			node = n.Value
		case *ast.AliasNode:
			name := n.Value.GetToken().Value
			target, ok := d.anchors[name]
			if !ok {
				d.add(d.file.MistakeAt(nodePosition(n), "unknown alias "+quote(name), "", `define it with "&`+name+`", or put the value in quotes`))
				return nil, false
			}
			node = target
		case *ast.TagNode:
			d.add(d.file.MistakeAt(nodePosition(n), "tag "+n.Start.Value, "tags have no meaning here", "remove it"))
			return nil, false
		default:
			return node, node != nil
		}
	}
	d.add(d.file.MistakeAt(nodePosition(node), "alias that stands for itself", "", "write the value"))
	return nil, false
}

// anchorCollector notes the value of every anchor.
type anchorCollector struct{ anchors map[string]ast.Node }

func (c anchorCollector) Visit(node ast.Node) ast.Visitor {
	if n, ok := node.(*ast.AnchorNode); ok && n.Name != nil {
		c.anchors[n.Name.GetToken().Value] = n.Value
	}
	return c
}

func keyText(pair *ast.MappingValueNode) (string, bool) {
	switch k := pair.Key.(type) {
	case *ast.StringNode:
		return k.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		return k.GetToken().Value, true
	}
	return "", false
}
