//! Generated queries over the whole algebra.
//!
//! In: chance and the graph that will be asked. Out: a query as a tree of text. The answer is decided by
//! the specification up to what it leaves open: the order of ties and which rows a slice keeps, which the
//! comparison knows of. A slice within a sub-select is only made where the order is total.

use crate::data::{Data, Profile};
use crate::expressions::Kind;
use crate::node::{Node, Sort};
use crate::random::Random;

/// The prefixes of every query.
pub const HEAD: &str = "PREFIX : <http://example.org/>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\nPREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n";

/// Variables that often stand for nodes.
const THINGS: &[&str] = &["a", "b", "c", "d"];
/// Variables that often stand for values.
const VALUES: &[&str] = &["v", "w"];
/// All variables of patterns but those of predicates and graphs.
const ALL: &[&str] = &["a", "b", "c", "d", "v", "w"];

/// A query under construction.
pub struct Maker<'a> {
    /// Where every choice comes from.
    pub random: &'a mut Random,
    /// What will be asked.
    pub data: &'a Data,
    /// Whether SPARQL 1.2 may be used.
    pub newer: bool,
    /// How many triple patterns may still be made.
    pub budget: usize,
    /// The variables met in the groups around this place.
    pub scope: Vec<String>,
    /// Whether this place is within EXISTS.
    pub in_exists: bool,
    fresh: usize,
    /// Only triples, OPTIONAL and UNION: every value comes from the graph.
    simple: bool,
}

impl<'a> Maker<'a> {
    /// A query over `data`, in SPARQL 1.2 where `newer` says so, else 1.1.
    pub fn query(random: &'a mut Random, data: &'a Data, newer: bool) -> Node {
        let budget = random.between(2, 6);
        let mut maker = Self {
            random,
            data,
            newer,
            budget,
            scope: Vec::new(),
            in_exists: false,
            fresh: 0,
            simple: false,
        };
        let form = maker.random.weighted(&[72, 8, 14, 6]);
        let from = maker.dataset();
        match form {
            0 => Node::new(Sort::Query).and(maker.select(Some(from), 3)),
            1 => {
                let group = maker.group(3);
                Node::new(Sort::Query).with("ASK ").and(from).with("{ ").and(group).with(" }")
            }
            2 => maker.construct(from),
            _ => maker.describe(from),
        }
    }

    fn dataset(&mut self) -> Node {
        let mut node = Node::new(Sort::Extra);
        if self.random.chance(12) {
            for _ in 0..self.random.between(1, 3) {
                let named = if self.random.chance(50) { "NAMED " } else { "" };
                let graph = self.random.one(&["g1", "g2", "a", "nowhere"]);
                node = node.and(Node::text(Sort::Extra, format!("FROM {named}:{graph} ")));
            }
        }
        node
    }

    fn construct(&mut self, from: Node) -> Node {
        let group = self.group(3);
        let mut template = Node::new(Sort::Extra);
        for _ in 0..self.random.between(1, 3) {
            let place = |maker: &mut Self, constant: &str| match maker.random.below(10) {
                0 => "_:n".to_owned(),
                1 => constant.to_owned(),
                _ => format!("?{}", maker.variable()),
            };
            let (s, p, o) = (place(self, ":a"), place(self, ":p"), place(self, "1"));
            let p = if p.starts_with('_') { ":q".to_owned() } else { p };
            template = template.and(Node::text(Sort::Extra, format!("{s} {p} {o} . ")));
        }
        Node::new(Sort::Query)
            .with("CONSTRUCT { ")
            .and(template)
            .with("} ")
            .and(from)
            .with("WHERE { ")
            .and(group)
            .with(" }")
    }

    fn describe(&mut self, from: Node) -> Node {
        if self.random.chance(30) {
            return Node::text(Sort::Query, "DESCRIBE :a :b ").and(from);
        }
        let group = self.group(2);
        let variable = self.variable();
        Node::new(Sort::Query)
            .with(format!("DESCRIBE ?{variable} "))
            .and(from)
            .with("{ ")
            .and(group)
            .with(" }")
    }

    /// A variable in scope, or now and then any other.
    pub fn variable(&mut self) -> String {
        if self.scope.is_empty() || self.random.chance(6) {
            return self.random.one(ALL).to_owned();
        }
        self.random.pick(&self.scope).clone()
    }

    fn meet(&mut self, variable: &str) {
        if !self.scope.iter().any(|known| known == variable) {
            self.scope.push(variable.to_owned());
        }
    }

    fn fresh(&mut self) -> String {
        self.fresh += 1;
        format!("x{}", self.fresh)
    }

    /// A variable for a pattern: often one that is known, so that patterns join.
    fn pattern_variable(&mut self, pool: &[&'static str]) -> String {
        let known: Vec<&String> = self.scope.iter().filter(|name| pool.contains(&name.as_str())).collect();
        let name = if !known.is_empty() && self.random.chance(60) {
            (*self.random.pick(&known)).clone()
        } else {
            self.random.one(pool).to_owned()
        };
        self.meet(&name);
        name
    }

    /// A variable that was computed: what joins by its values.
    fn computed(&mut self) -> Option<String> {
        let computed: Vec<&String> = self.scope.iter().filter(|name| name.starts_with('x')).collect();
        (!computed.is_empty()).then(|| format!("?{}", self.random.pick(&computed)))
    }

    /// A node of the graph, or seldom a name that it lacks.
    fn node(&mut self) -> String {
        let absent = self.random.chance(5);
        format!(":{}", if absent { "l0" } else { self.random.one(self.data.nodes) })
    }

    /// A literal of the graph, or at times any other.
    pub fn literal(&mut self) -> String {
        if self.random.chance(75) {
            self.random.one(&self.data.literals).to_owned()
        } else {
            self.data.profile.literal(self.random).to_owned()
        }
    }

    // Groups

    /// What stands between braces.
    pub fn group(&mut self, depth: usize) -> Node {
        let outer = self.scope.clone();
        let mut node = Node::new(Sort::Group);
        if depth > 0 && !self.simple && self.random.chance(5) {
            return node.and(self.subselect(depth - 1));
        }
        let elements = self.random.between(1, 3);
        for n in 0..elements {
            let element = if n == 0 && self.random.chance(85) { self.triples() } else { self.element(depth) };
            node = node.and(element).with(" ");
        }
        for name in outer {
            self.meet(&name);
        }
        node
    }

    fn element(&mut self, depth: usize) -> Node {
        if depth == 0 || self.budget == 0 {
            return match self.random.below(if self.simple { 1 } else { 4 }) {
                0 | 1 => self.triples(),
                2 => self.filter(),
                _ => self.values(),
            };
        }
        if self.simple {
            return match self.random.below(3) {
                0 => self.triples(),
                1 => self.wrapped("OPTIONAL { ", depth),
                _ => self.union(depth),
            };
        }
        match self.random.weighted(&[16, 16, 14, 9, 8, 13, 6, 8, 7, 8, 6, 3, 4]) {
            0 => self.triples(),
            1 => self.path_pattern(),
            2 => self.optional(depth),
            3 => self.union(depth),
            4 => self.hidden("MINUS { ", depth),
            5 => self.filter(),
            6 => {
                let exists = self.exists();
                Node::new(Sort::Element).with("FILTER ").and(exists)
            }
            7 => {
                let expression = self.expression(Kind::Any, 2);
                let name = self.fresh();
                self.meet(&name);
                Node::new(Sort::Element).with("BIND(").and(expression).with(format!(" AS ?{name})"))
            }
            8 => self.values(),
            9 => self.in_graph(depth),
            10 => {
                let select = self.subselect(depth - 1);
                Node::new(Sort::Element).with("{ ").and(Node::new(Sort::Group).and(select)).with(" }")
            }
            11 => self.wrapped("{ ", depth),
            _ if self.newer => self.wrapped("LATERAL { ", depth),
            _ => self.triples(),
        }
    }

    /// OPTIONAL, at times with a filter that has EXISTS, at times for what has no partner.
    fn optional(&mut self, depth: usize) -> Node {
        let before = self.scope.len();
        let group = self.group(depth - 1);
        let mut node = Node::new(Sort::Element).with("OPTIONAL { ").and(group);
        if self.random.chance(12) {
            let exists = self.exists();
            node = node.with(" FILTER ").and(Node::new(Sort::Element).and(exists));
        }
        node = node.with(" }");
        if self.random.chance(20) {
            let new = self.scope.get(before..).unwrap_or_default();
            let name = if new.is_empty() { self.variable() } else { self.random.pick(new).clone() };
            node = node.with(format!(" FILTER(!BOUND(?{name}))"));
        }
        node
    }

    fn wrapped(&mut self, keyword: &str, depth: usize) -> Node {
        let group = self.group(depth - 1);
        Node::new(Sort::Element).with(keyword).and(group).with(" }")
    }

    /// A group whose variables are seen nowhere else.
    fn hidden(&mut self, keyword: &str, depth: usize) -> Node {
        let scope = self.scope.clone();
        let node = self.wrapped(keyword, depth);
        self.scope = scope;
        node
    }

    fn union(&mut self, depth: usize) -> Node {
        let mut node = Node::new(Sort::Element);
        for n in 0..self.random.between(2, 3) {
            let group = self.group(depth - 1);
            node = node.with(if n == 0 { "{ " } else { " UNION { " }).and(group).with(" }");
        }
        node
    }

    fn in_graph(&mut self, depth: usize) -> Node {
        let name = match self.random.below(10) {
            0..4 => format!(":{}", self.random.pick(&["g1", "g2", "a"])),
            4 => ":nowhere".to_owned(),
            5 => format!("?{}", self.pattern_variable(THINGS)),
            _ => "?g".to_owned(),
        };
        let node = self.wrapped(&format!("GRAPH {name} {{ "), depth);
        if let Some(variable) = name.strip_prefix('?') {
            self.meet(variable);
        }
        node
    }

    fn filter(&mut self) -> Node {
        let expression = if self.random.chance(35) { self.tests() } else { self.expression(Kind::Truth, 2) };
        // An error leaves nothing: half of the filters let it pass.
        let (open, close) = match self.random.below(6) {
            0 => ("COALESCE(", ", true)"),
            1 => ("!(", ")"),
            2 => ("!COALESCE(", ", false)"),
            _ => ("(", ")"),
        };
        Node::new(Sort::Element).with(format!("FILTER ({open}")).and(expression).with(close).with(")")
    }

    fn values(&mut self) -> Node {
        let mut names: Vec<String> =
            (0..self.random.between(1, 2)).map(|_| self.pattern_variable(ALL)).collect();
        names.dedup();
        let head: String = names.iter().map(|name| format!("?{name} ")).collect();
        let mut node = Node::new(Sort::Element).with(format!("VALUES ({head}) {{ "));
        for _ in 0..self.random.weighted(&[1, 6, 6, 6]) {
            let cells: String = names
                .iter()
                .map(|_| match self.random.below(10) {
                    0..2 => "UNDEF ".to_owned(),
                    2..6 => format!("{} ", self.node()),
                    6 => self.random.one(&[":p ", ":q ", ":g1 "]).to_owned(),
                    _ => format!("{} ", self.literal()),
                })
                .collect();
            node = node.and(Node::text(Sort::Extra, format!("({cells}) ")));
        }
        node.with("}")
    }

    // Triples and paths

    fn triples(&mut self) -> Node {
        let mut node = Node::new(Sort::Element);
        for _ in 0..self.random.weighted(&[0, 55, 30, 15]) {
            if self.budget == 0 {
                break;
            }
            self.budget -= 1;
            let (subject, predicate) = (self.subject(), self.predicate());
            let mut object = self.object();
            if object == subject && self.random.chance(80) {
                object = self.object();
            }
            node = node.and(Node::text(Sort::Extra, format!("{subject} {predicate} {object} . ")));
        }
        node
    }

    fn subject(&mut self) -> String {
        match self.random.below(24) {
            0..2 => self.node(),
            2 => self.random.one(&["_:m", "[]"]).to_owned(),
            _ => format!("?{}", self.pattern_variable(THINGS)),
        }
    }

    fn predicate(&mut self) -> String {
        match self.random.below(40) {
            0..7 => format!("?{}", self.pattern_variable(&["p", "p", "p", "p", "e", "a"])),
            7 => self.random.one(&["rdf:rest", "rdf:first", ":nowhere"]).to_owned(),
            _ => format!(":{}", self.random.one(self.data.predicates)),
        }
    }

    fn object(&mut self) -> String {
        match self.random.below(40) {
            0..2 => self.node(),
            2 => self.literal(),
            3 => self.random.one(&["_:m", "[]"]).to_owned(),
            4..18 if self.newer && self.data.triple_terms => {
                let (s, o) = (self.pattern_variable(THINGS), self.pattern_variable(THINGS));
                format!("<<( ?{s} :p ?{o} )>>")
            }
            4..24 => format!("?{}", self.pattern_variable(VALUES)),
            24 => format!("?{}", self.pattern_variable(&["g", "a"])),
            25 | 26 => self.computed().unwrap_or_else(|| format!("?{}", self.pattern_variable(VALUES))),
            _ => format!("?{}", self.pattern_variable(THINGS)),
        }
    }

    fn path_pattern(&mut self) -> Node {
        self.budget = self.budget.saturating_sub(1);
        let subject = if self.random.chance(8) {
            format!("{} ", self.literal())
        } else {
            format!("{} ", self.subject())
        };
        let path = self.path(3);
        let object = self.object();
        Node::new(Sort::Element).with(subject).and(path).with(format!(" {object} ."))
    }

    fn path(&mut self, depth: usize) -> Node {
        let name = |maker: &mut Self| match maker.random.below(12) {
            0 if maker.random.chance(30) => ":nowhere".to_owned(),
            _ => format!(":{}", maker.random.one(maker.data.predicates)),
        };
        if depth == 0 {
            return Node::text(Sort::Path, name(self));
        }
        let node = Node::new(Sort::Path);
        match self.random.weighted(&[20, 12, 14, 14, 14, 14, 8, 10, 8]) {
            0 => node.with(name(self)),
            1 => node.with("^(").and(self.path(depth - 1)).with(")"),
            2 => node.with("(").and(self.path(depth - 1)).with(")/(").and(self.path(depth - 1)).with(")"),
            3 => node.with("(").and(self.path(depth - 1)).with(")|(").and(self.path(depth - 1)).with(")"),
            4 => node.with("(").and(self.path(depth - 1)).with(")*"),
            5 => node.with("(").and(self.path(depth - 1)).with(")+"),
            6 => node.with("(").and(self.path(depth - 1)).with(")?"),
            7 => node.with(format!("!{}", name(self))),
            _ => {
                let inverse = if self.random.chance(60) { "^" } else { "" };
                node.with(format!("!({}|{inverse}{})", name(self), name(self)))
            }
        }
    }

    // Selects

    fn subselect(&mut self, depth: usize) -> Node {
        let outer = self.scope.clone();
        let (in_exists, fresh_scope) = (self.in_exists, !self.in_exists);
        if fresh_scope {
            // A sub-select does not see what is around it.
            self.scope.retain(|_| false);
        }
        let node = self.select(None, depth);
        self.in_exists = in_exists;
        let inner = std::mem::replace(&mut self.scope, outer);
        for name in inner {
            self.meet(&name);
        }
        node
    }

    /// SELECT, of the whole query where it has a place for FROM. Leaves in scope what it projects.
    fn select(&mut self, from: Option<Node>, depth: usize) -> Node {
        let top = from.is_some();
        let sliced = !top && self.data.profile == Profile::Tidy && self.random.chance(30);
        let simple = self.simple;
        self.simple |= sliced;
        let group = self.group(depth);
        self.simple = simple;
        let grouped = !sliced && self.random.chance(30);
        let mut shown = Vec::new();
        let (head, tail) =
            if grouped { self.grouped(&mut shown) } else { self.projected(&mut shown, !sliced) };
        let distinct = match self.random.below(20) {
            0..5 => "DISTINCT ",
            5 if top => "REDUCED ",
            _ => "",
        };
        self.scope = shown.clone();
        let mut node =
            Node::new(Sort::Select).with("SELECT ").and(Node::text(Sort::Extra, distinct)).and(head);
        if let Some(from) = from {
            node = node.and(from);
        }
        node = node.with("WHERE { ").and(group).with(" }").and(tail);
        if sliced {
            let keys: String = shown
                .iter()
                .map(
                    |name| {
                        if self.random.chance(25) { format!(" DESC(?{name})") } else { format!(" ?{name}") }
                    },
                )
                .collect();
            node = node.with(format!(" ORDER BY{keys} LIMIT {}", self.random.between(0, 4)));
            if self.random.chance(30) {
                node = node.with(format!(" OFFSET {}", self.random.between(0, 3)));
            }
        } else if top {
            let order = self.order(&shown, grouped);
            let is_ordered = !order.to_string().is_empty();
            node = node.and(order).and(self.slice(is_ordered));
        }
        node
    }

    fn projected(&mut self, shown: &mut Vec<String>, computed: bool) -> (Node, Node) {
        let none = Node::new(Sort::Extra);
        if computed && !self.scope.is_empty() && self.random.chance(30) {
            shown.extend(self.scope.iter().cloned());
            return (Node::text(Sort::Extra, "* "), none);
        }
        let mut head = Node::new(Sort::Extra);
        for _ in 0..self.random.between(1, 3) {
            let name = self.variable();
            if !shown.contains(&name) {
                head = head.and(Node::text(Sort::Extra, format!("?{name} ")));
                shown.push(name);
            }
        }
        if computed && self.random.chance(25) {
            let expression = self.expression(Kind::Any, 2);
            let name = self.fresh();
            head = head.and(Node::new(Sort::Extra).with("(").and(expression).with(format!(" AS ?{name}) ")));
            shown.push(name);
        }
        (head, none)
    }

    /// Columns with aggregates, and GROUP BY and HAVING.
    fn grouped(&mut self, shown: &mut Vec<String>) -> (Node, Node) {
        let mut head = Node::new(Sort::Extra);
        let mut tail = Node::new(Sort::Extra);
        let mut keys = Vec::new();
        for n in 0..self.random.weighted(&[30, 45, 25]) {
            tail = tail.with(if n == 0 { " GROUP BY" } else { "" });
            if self.random.chance(80) {
                let name = self.variable();
                if !keys.contains(&name) {
                    tail = tail.with(format!(" ?{name}"));
                    keys.push(name);
                }
            } else {
                let expression = self.expression(Kind::Any, 1);
                let name = self.fresh();
                tail = tail.with(" (").and(expression).with(format!(" AS ?{name})"));
                keys.push(name);
            }
        }
        for name in keys.iter().filter(|_| self.random.chance(80)) {
            head = head.and(Node::text(Sort::Extra, format!("?{name} ")));
            shown.push(name.clone());
        }
        for _ in 0..self.random.between(1, 2) {
            let aggregate = self.aggregate(&keys);
            let name = self.fresh();
            head = head.and(Node::new(Sort::Extra).with("(").and(aggregate).with(format!(" AS ?{name}) ")));
            shown.push(name);
        }
        if self.random.chance(20) {
            let aggregate = self.aggregate(&keys);
            let test = self.random.one(&[" > 1", " = 1", " < 2", " != 0"]);
            tail = tail.and(Node::new(Sort::Extra).with(" HAVING (").and(aggregate).with(format!("{test})")));
        }
        (head, tail)
    }

    fn aggregate(&mut self, keys: &[String]) -> Node {
        let node = Node::new(Sort::Expression);
        if let Some(key) = keys.first()
            && self.random.chance(10)
        {
            // Of equal members any is the sample, and any order of them gives the same text.
            return match self.random.below(2) {
                0 => node.with(format!("SAMPLE(?{key})")),
                _ => node.with(format!("GROUP_CONCAT(DISTINCT ?{key})")),
            };
        }
        let distinct = if self.random.chance(30) { "DISTINCT " } else { "" };
        let operand = if self.random.chance(75) {
            Node::text(Sort::Expression, format!("?{}", self.variable()))
        } else {
            self.expression(Kind::Any, 2)
        };
        let (open, close) = match self.random.below(9) {
            0 | 1 => return node.with(format!("COUNT({distinct}*)")),
            2 | 3 => ("COUNT(", ")"),
            4 => ("SUM(", ")"),
            5 => ("AVG(", ")"),
            6 => ("MIN(", ")"),
            7 => ("MAX(", ")"),
            _ => ("STRLEN(GROUP_CONCAT(", "; SEPARATOR=\"|\"))"),
        };
        let aggregate = node.with(format!("{open}{distinct}")).and(operand).with(close);
        if self.random.chance(10) {
            return Node::new(Sort::Expression).with("(").and(aggregate).with(" + COUNT(*))");
        }
        aggregate
    }

    fn order(&mut self, shown: &[String], grouped: bool) -> Node {
        let mut node = Node::new(Sort::Extra);
        if shown.is_empty() || !self.random.chance(25) {
            return node;
        }
        node = node.with(" ORDER BY");
        for _ in 0..self.random.between(1, 2) {
            let direction = if self.random.chance(30) { "DESC" } else { "ASC" };
            let key = if self.random.chance(85) || grouped {
                Node::text(Sort::Expression, format!("?{}", self.random.pick(shown)))
            } else {
                self.expression(Kind::Any, 1)
            };
            node = node.with(format!(" {direction}(")).and(key).with(")");
        }
        node
    }

    /// A page of the rows: more often of rows in an order.
    fn slice(&mut self, is_ordered: bool) -> Node {
        let mut node = Node::new(Sort::Extra);
        if self.random.chance(if is_ordered { 35 } else { 12 }) {
            node = node.and(Node::text(Sort::Extra, format!(" LIMIT {}", self.random.between(0, 5))));
        }
        if self.random.chance(if is_ordered { 25 } else { 5 }) {
            node = node.and(Node::text(Sort::Extra, format!(" OFFSET {}", self.random.between(0, 3))));
        }
        node
    }
}
